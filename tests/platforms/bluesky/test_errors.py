"""What a server and the way to it can answer, and what the bot makes of each."""

import json
import time
from datetime import timedelta

import pytest
import requests

from bot.core.errors import (
    Duplicate,
    OutcomeUnknown,
    PlatformError,
    Refused,
    RetryLater,
    SecretError,
    Unauthorised,
)
from bot.core.text.redact import Redactor
from bot.platforms.bluesky.http.api import Call
from bot.platforms.bluesky.http.errors import ErrorContext, translate
from tests.platforms.bluesky.samples import NOON, POST, adapter, adapter_at, failing, unsure
from tests.servers.bluesky import Trouble


def kinds(server, bot, *fault, **given):
    """The errors of a post and of a poll that meet the same fault."""
    bot.learn()
    found = []
    for method, call in (
        ("putRecord", lambda: bot.publish(POST)),
        ("ions", lambda: bot.poll(None)),
    ):
        server.fail(fault[0], method, *fault[1:], **given)
        with failing() as caught:
            call()
        found.append(type(caught.value))
    return found


@pytest.mark.parametrize(
    ("status", "error", "write", "read"),
    [
        (400, "InvalidRequest", Refused, Refused),
        (400, "InvalidSwap", Duplicate, Duplicate),
        (400, "AccountTakedown", Unauthorised, Unauthorised),
        (400, "AccountDeactivated", Unauthorised, Unauthorised),
        (401, "AuthenticationRequired", Unauthorised, Unauthorised),
        (401, "AccountTakedown", Unauthorised, Unauthorised),
        (403, "Forbidden", Refused, Refused),
        (404, "XRPCNotSupported", Refused, Refused),
        (413, "PayloadTooLarge", Refused, Refused),
        (429, "RateLimitExceeded", RetryLater, RetryLater),
        (500, "InternalServerError", OutcomeUnknown, RetryLater),
        (501, "MethodNotImplemented", OutcomeUnknown, RetryLater),
        (502, "UpstreamFailure", OutcomeUnknown, RetryLater),
        (504, "UpstreamTimeout", OutcomeUnknown, RetryLater),
        (408, "RequestTimeout", OutcomeUnknown, RetryLater),
    ],
)
def test_answers(server, bot, status, error, write, read):
    """Each answer of a server has its own meaning, for a post and for a poll."""
    assert kinds(server, bot, status, error) == [write, read]


@pytest.mark.parametrize("status", [200, 301, 307, 400, 401, 403, 404, 413, 429, 500, 502, 503])
def test_pages_of_others(server, bot, status):
    """A page of a proxy or gateway says nothing about a post, whatever its status."""
    assert kinds(server, bot, status) == [OutcomeUnknown, RetryLater]


@pytest.mark.parametrize("trouble", Trouble)
def test_broken_answers(server, bot, trouble):
    """After an answer that is lost or damaged nobody knows whether the post is there."""
    assert kinds(server, bot, trouble) == [OutcomeUnknown, RetryLater]
    bot.find(unsure())
    assert len(server.posts_of(server.bot)) == (trouble is not Trouble.DROP)


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_other_json(server, bot, status):
    """JSON that is not in the form of XRPC is not the server's word, either."""
    bot.learn()
    server.fail(status, "putRecord", "not a name")
    with pytest.raises(OutcomeUnknown):
        bot.publish(POST)


@pytest.mark.parametrize(
    ("header", "value", "wait"),
    [
        ("ratelimit-reset", str(int(NOON.timestamp()) + 90), timedelta(seconds=90)),
        ("retry-after", "120", timedelta(minutes=2)),
        ("ratelimit-reset", str(int(NOON.timestamp()) + 10**7), timedelta(days=1)),
        ("ratelimit-reset", "soon", timedelta(minutes=5)),
        ("ratelimit-reset", "5", timedelta(seconds=5)),
    ],
)
def test_rate_limit(server, bot, clock, header, value, wait):
    """After a 429 no write is sent until the server takes more; reading goes on."""
    bot.learn()
    server.fail(429, "putRecord", "RateLimitExceeded", headers={header: value})
    for _ in range(2):
        with failing() as caught:
            bot.publish(POST)
        assert (type(caught.value), caught.value.after) == (RetryLater, wait)
    assert len(server.asked("putRecord")) == 1
    bot.poll(None)
    clock.advance(wait)
    bot.publish(POST)
    assert len(server.posts_of(server.bot)) == 1


def test_foreign_words(server, bot):
    """What a server says is quoted on one line, without control characters and secrets."""
    bot.learn()
    message = f"a\x1b[31mb\u202ec\r\n{server.secrets['app_password']}" + " long" * 200
    server.fail(400, "putRecord", "InvalidRequest", message=message)
    with failing() as caught:
        bot.publish(POST)
    assert "[31mb c [secret]" in str(caught.value)


def test_redirect(server, bot):
    """No redirect is followed, and the operator is told where to look."""
    bot.learn()
    server.fail(307, "putRecord", headers={"Location": f"{server.url}/elsewhere"})
    with pytest.raises(OutcomeUnknown, match="a redirect"):
        bot.publish(POST)
    assert len(server.requests) == 3


@pytest.mark.parametrize("password", ["", "  ", "abcd\x00efgh", "ábcd"])
def test_no_password(server, password):
    """What is no app password is told before anything is asked."""
    with pytest.raises(SecretError, match="TIPSBOT_BLUESKY_APP_PASSWORD"):
        adapter_at(server.url, password=password)


def test_wrong_password(server, clock):
    """A wrong password is told with the variable that holds it, and nothing is posted."""
    bot = adapter(server, clock, password="aaaa-bbbb-cccc-dddd")
    with pytest.raises(Unauthorised, match="TIPSBOT_BLUESKY_APP_PASSWORD"):
        bot.publish(POST)


def test_no_server(server, clock):
    """An address that is no server of the AT Protocol makes no post unsure."""
    bot = adapter_at(f"{server.url}/elsewhere", server.bot.handle, clock)
    with pytest.raises(RetryLater):
        bot.publish(POST)


@pytest.mark.parametrize("answer", ["{}", "[]", '{"did": 1}', '{"did": "did:plc:a"}', "{" * 9999])
def test_odd_session(server, bot, answer):
    """A login without a session is told, and proves that nothing was posted."""
    server.fail(200, "createSession", body=answer)
    with pytest.raises(PlatformError) as caught:
        bot.publish(POST)
    assert type(caught.value) is RetryLater


@pytest.mark.parametrize("body", ["{}", '{"uri": "at://did:plc:a/app.bsky.feed.post/1"}'])
def test_odd_success(server, bot, body):
    """A success that names another post, or none, is an unknown outcome."""
    bot.learn()
    server.fail(200, "putRecord", body=body)
    with pytest.raises(OutcomeUnknown, match="something else"):
        bot.publish(POST)


@pytest.mark.parametrize("status", ["deactivated", "takendown", None])
def test_inactive(server, bot, status):
    """An account that is not active is told so, here and when it is inspected."""
    body = json.dumps({"did": server.bot.did, "active": False, "status": status})
    server.fail(200, "getSession", body=body, left=2)
    with pytest.raises(Unauthorised, match=status or "not active"):
        bot.learn()
    assert any(one.is_problem and (status or "not active") in one.what for one in bot.inspect())


def test_end_points_of_their_own(server, bot):
    """A limit of one end point holds no other back."""
    server.fail(429, "listNotifications", "RateLimitExceeded")
    for _ in range(2):
        with pytest.raises(RetryLater):
            bot.poll(None)
    assert len(server.asked("listNotifications")) == 1
    bot.publish(POST)


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (requests.ReadTimeout(), OutcomeUnknown, "no answer in time"),
        (requests.exceptions.ChunkedEncodingError(), OutcomeUnknown, "the connection broke"),
        (KeyError("x"), OutcomeUnknown, "makes no sense (KeyError)"),
        (requests.exceptions.InvalidURL(), RetryLater, "its address is not valid"),
    ],
)
def test_failures(error, kind, words):
    """Each failure of the network says what is proven about a post."""
    context = ErrorContext(
        server="https://pds.example",
        variable="TIPSBOT_BLUESKY_APP_PASSWORD",
        redactor=Redactor(["secret"]),
    )
    found = translate(error, context, writes=True, now=NOON)
    assert type(found) is kind
    assert words in str(found)


def test_no_time(server, bot):
    """A call that has lasted too long sends nothing more, and says that nothing was sent."""
    bot.learn()
    before = len(server.requests)
    late = Call(bot._api, time.monotonic() - 1)
    with failing() as caught:
        late.put("app.bsky.feed.post", "3kaaaaaaaaa2a", {})
    assert type(caught.value) is RetryLater
    assert len(server.requests) == before
