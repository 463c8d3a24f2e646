"""What a server and the way to it can answer, and what the bot makes of each."""

import time
from datetime import timedelta

import pytest
import requests

from bot.core.errors import (
    Duplicate,
    OutcomeUnknown,
    Refused,
    RetryLater,
    SecretError,
    Unauthorised,
)
from bot.core.text.redact import Redactor
from bot.platforms.threads.http.api import Call
from bot.platforms.threads.http.errors import (
    ErrorContext,
    Missing,
    NotPermitted,
    Purpose,
    translate,
)
from tests.platforms.threads.samples import NOON, POST, adapter, adapter_at, failing, prepared
from tests.servers.threads import Trouble


def kinds(server, bot, *fault, **given):
    """The errors of a post, a container and a reading that meet the same fault."""
    post = prepared(bot)
    found = []
    for path, method, call in (
        ("threads_publish", "POST", lambda: bot.publish(post)),
        ("/me/threads", "POST", lambda: bot.prepare(POST)),
        ("/me/threads", "GET", lambda: bot.list_own_posts(NOON)),
    ):
        server.fail(fault[0], path, *fault[1:], method=method, **given)
        with failing() as caught:
            call()
        found.append(type(caught.value))
    return found


@pytest.mark.parametrize(
    ("status", "code", "subcode", "expected"),
    [
        (400, 1, None, [OutcomeUnknown, RetryLater, RetryLater]),
        (500, 1, None, [OutcomeUnknown, RetryLater, RetryLater]),
        (500, 2, None, [OutcomeUnknown, RetryLater, RetryLater]),
        (503, 2, None, [OutcomeUnknown, RetryLater, RetryLater]),
        (408, 100, None, [OutcomeUnknown, RetryLater, RetryLater]),
        (400, 3, None, [NotPermitted, NotPermitted, NotPermitted]),
        (403, 10, None, [NotPermitted, NotPermitted, NotPermitted]),
        (403, 200, None, [NotPermitted, NotPermitted, NotPermitted]),
        (400, 299, None, [NotPermitted, NotPermitted, NotPermitted]),
        (400, 24, 4279009, [OutcomeUnknown, Missing, Missing]),
        (400, 100, 33, [OutcomeUnknown, Missing, Missing]),
        (400, 100, None, [Refused, Refused, Refused]),
        (400, 102, None, [Unauthorised, Unauthorised, Unauthorised]),
        (401, 190, 463, [Unauthorised, Unauthorised, Unauthorised]),
        (400, 368, None, [RetryLater, RetryLater, RetryLater]),
        (400, 506, None, [Duplicate, Duplicate, Duplicate]),
        (400, 99999, None, [OutcomeUnknown, Refused, Refused]),
    ],
)
def test_answers(server, bot, status, code, subcode, expected):
    """Each answer of a server has its own meaning, for a post, a container and a reading."""
    more = {} if subcode is None else {"error_subcode": subcode}
    assert kinds(server, bot, status, code, more=more) == expected


@pytest.mark.parametrize("code", [4, 17, 32, 341, 613, 80001])
def test_too_many(server, bot, clock, code):
    """After a rate limit no more is asked of that kind until it ends; other kinds go on."""
    post = prepared(bot)
    usage = '{"1": [{"type": "threads", "estimated_time_to_regain_access": 20}]}'
    headers = {"x-business-use-case-usage": usage}
    server.fail(403, "threads_publish", code, headers=headers)
    for _ in range(2):
        with failing() as caught:
            bot.publish(post)
        assert (type(caught.value), caught.value.after) == (RetryLater, timedelta(minutes=20))
    assert len(server.asked("threads_publish")) == 1
    bot.poll(None)
    clock.advance(timedelta(minutes=20))
    bot.publish(post)
    assert len(server.posts_of(server.bot)) == 1


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, timedelta(minutes=15)),
        ({"Retry-After": "90"}, timedelta(seconds=90)),
        ({"x-business-use-case-usage": "nonsense"}, timedelta(minutes=15)),
        (
            {"x-business-use-case-usage": '{"1": [{"estimated_time_to_regain_access": 99999}]}'},
            timedelta(days=1),
        ),
    ],
)
def test_wait(server, bot, headers, wait):
    """The wait is as long as the server says, within reason."""
    server.fail(400, "/me", 17, headers=headers)
    with failing() as caught:
        bot.poll(None)
    assert caught.value.after == wait


@pytest.mark.parametrize("status", [200, 301, 307, 400, 401, 403, 404, 429, 500, 502, 503])
def test_pages_of_others(server, bot, status):
    """A page of a proxy or gateway says nothing about a post, whatever its status."""
    assert kinds(server, bot, status) == [OutcomeUnknown, RetryLater, RetryLater]


@pytest.mark.parametrize("trouble", Trouble)
def test_broken_answers(server, bot, trouble):
    """After an answer that is lost or damaged nobody knows whether the post is there."""
    assert kinds(server, bot, trouble) == [OutcomeUnknown, RetryLater, RetryLater]


@pytest.mark.parametrize(
    "body",
    [
        '{"error": "not an object"}',
        '{"error": {"message": "no code"}}',
        '{"error": {"code": 100}}',
        '{"error": {"message": "m", "code": "100"}}',
        '{"error": {"message": "m", "code": 100}, "more": 1}',
        '["error"]',
    ],
)
def test_other_json(server, bot, body):
    """JSON that is not in the form of the Graph API is not the server's word, either."""
    post = prepared(bot)
    server.fail(400, "threads_publish", body=body)
    with failing() as caught:
        bot.publish(post)
    assert type(caught.value) is OutcomeUnknown


def test_error_with_200(server, bot):
    """An error that comes as a success settles nothing."""
    post = prepared(bot)
    server.fail(200, "threads_publish", 100)
    with failing() as caught:
        bot.publish(post)
    assert type(caught.value) is OutcomeUnknown


def test_no_id(server, bot):
    """A success without the post's id is an unknown outcome."""
    post = prepared(bot)
    server.fail(200, "threads_publish", body="{}")
    with failing() as caught:
        bot.publish(post)
    assert type(caught.value) is OutcomeUnknown


def test_foreign_words(server, bot):
    """What a server says is quoted on one line, without control characters and secrets."""
    message = f"a\x1b[31mb\u202ec\r\n{server.token.secret}" + " long" * 200
    server.fail(400, "/me/threads", 100, message=message)
    with failing() as caught:
        bot.prepare(POST)
    assert server.token.secret not in repr(caught.value) + str(caught.value)


@pytest.mark.parametrize("token", ["", " ", "a b", "naïve", "a\nb"])
def test_no_token(token):
    """What can be no token is refused before anything is sent."""
    with pytest.raises(SecretError):
        adapter_at("http://127.0.0.1:9", token=token)


def test_not_sent():
    """Where nothing listens nothing was posted."""
    bot = adapter_at("http://127.0.0.1:9")
    with failing() as caught:
        bot.prepare(POST)
    assert type(caught.value) is RetryLater
    assert "cannot be reached" in str(caught.value)


@pytest.mark.parametrize(
    "error", [requests.ReadTimeout(), requests.ConnectionError(), ValueError()]
)
def test_catch_all(error):
    """Whatever else happens to a post, its outcome is unknown."""
    context = ErrorContext(server="s", variable="V", redactor=Redactor([]))
    assert type(translate(error, context, Purpose.PUBLISH, NOON)) is OutcomeUnknown
    assert type(translate(error, context, Purpose.CHANGE, NOON)) is RetryLater


def test_out_of_time(bot):
    """A call that has lasted too long sends nothing more."""
    call = Call(bot._api, time.monotonic() - 1)
    with failing() as caught:
        call.me()
    assert type(caught.value) is RetryLater
    assert "too slowly" in str(caught.value)


def test_token_is_in_no_address(server, clock):
    """The token is in a header: no address of posting, reading or deleting holds it."""
    bot = adapter(server, clock)
    made = bot.publish(prepared(bot)).remote_id
    bot.poll(None)
    bot.read_thread(made, None)
    bot.check([made])
    bot.inspect()
    bot.retract(made)
    asked = [one for one in server.requests if not one.path.endswith("debug_token")]
    assert not any(server.token.secret in str(one.query) + str(one.body) for one in asked)
