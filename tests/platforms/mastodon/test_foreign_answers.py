"""What a proxy, a CDN or a gateway in front of a Mastodon server says is not what the server says."""

from datetime import timedelta

import pytest

from bot.core.errors import OutcomeUnknown, PlatformError, Refused, RetryLater, Unauthorised
from bot.platforms.mastodon.http import json_values
from tests.platforms.mastodon.samples import STATUSES, adapter, delivery, post
from tests.servers.mastodon import GOTOSOCIAL, mastodon_server
from tests.servers.proxy import Page

HTML = "<html><head><title>404 Not Found</title></head><body>nginx</body></html>"
JSON = "application/json"

PAGES = {
    "traefik": (404, "404 page not found", "text/plain"),
    "nginx": (404, HTML, "text/html"),
    "cloudflare": (403, "<html><title>Just a moment...</title></html>", "text/html"),
    "basic auth": (401, "<html>401 Authorization Required</html>", "text/html"),
    "an old page": (410, "<h1>Gone</h1>", "text/html"),
    "waf": (422, "<p>The request was rejected.</p>", "text/html"),
    "too large": (413, "<html>413 Request Entity Too Large</html>", "text/html"),
    "method": (405, "", "text/plain"),
    "error page": (500, "<p>Something went wrong</p>", "text/html"),
    "empty": (404, "", "application/json"),
    "kong": (404, '{"message":"no Route matched with those values"}', JSON),
    "spring": (404, '{"timestamp":"x","status":404,"error":"Not Found","path":"/"}', JSON),
    "nest": (403, '{"statusCode":403,"message":"Forbidden","error":"Forbidden"}', JSON),
    "problem": (410, '{"type":"about:blank","title":"Gone"}', "application/problem+json"),
    "google": (404, '{"error":{"code":404,"message":"Not found"}}', JSON),
    "no words": (404, '{"error":""}', JSON),
    "null": (404, '{"error":null}', JSON),
    "a list": (404, '["error"]', JSON),
    "a word": (404, '"Not Found"', JSON),
    "half": (404, '{"error":"Record not fo', JSON),
    "deep": (404, "[" * 50_000, JSON),
    "a welcome": (200, "<html>Welcome to nginx!</html>", "text/html"),
    "healthy": (200, '{"status":"ok"}', JSON),
    "nothing": (200, "{}", JSON),
    "a login": (302, "", "text/html"),
}


@pytest.fixture
def bot(bot):
    """The adapter, which knows its server."""
    bot.learn()
    return bot


@pytest.fixture(params=PAGES)
def page(request):
    """One of the pages in turn."""
    status, body, content_type = PAGES[request.param]
    headers = {"Location": "/login"} if status == 302 else {}
    return Page(status=status, body=body, content_type=content_type, headers=headers, times=9)


def only_later(call):
    """Whether a call says that it may be asked again, and nothing else."""
    with pytest.raises(PlatformError) as caught:
        call()
    return type(caught.value) is RetryLater


def test_a_post_may_be_there(bot, line, server, clock, page):
    """Whatever a proxy says after the server has posted, the post is looked for, and found."""
    page.path, page.method, page.reaches = STATUSES, "POST", True
    line.pages.append(page)
    frozen = post()
    with pytest.raises(PlatformError) as caught:
        bot.publish(frozen)
    assert type(caught.value) is OutcomeUnknown
    page.times = 0
    ((there),) = server.posts()
    assert bot.find(delivery(clock, frozen)).receipt.remote_id == there["id"]


def test_a_post_is_not_taken_back_by_a_proxy(bot, line, server, page):
    """A page in answer to a deletion deletes nothing, and the deletion can be tried again."""
    receipt = bot.publish(post())
    page.path = receipt.remote_id
    line.pages.append(page)
    assert only_later(lambda: bot.retract(receipt.remote_id))
    assert server.read(receipt.remote_id)
    page.times = 0
    bot.retract(receipt.remote_id)
    assert server.read(receipt.remote_id) is None


def test_a_deletion_whose_answer_is_lost_is_seen(bot, line, server):
    """A server that deletes and says something else is asked whether the post is there."""
    for body in ("{}", "", '{"id":"9"}', "[]"):
        receipt = bot.publish(post(key=f"key of {body}"))
        one = Page(status=200, body=body, content_type=JSON, path=receipt.remote_id)
        one.method, one.reaches = "DELETE", True
        line.pages.append(one)
        bot.retract(receipt.remote_id)
        assert server.read(receipt.remote_id) is None


def test_a_server_that_knows_us_no_more_takes_nothing_back(bot, server):
    """Where the account is gone, too, the server has lost its way, and the post may be there."""
    receipt = bot.publish(post())
    server.answer(f"{STATUSES}/*", 404)
    server.answer("/api/v1/accounts/verify_credentials", 404)
    with pytest.raises(PlatformError):
        bot.retract(receipt.remote_id)
    server.answer(f"{STATUSES}/*", 404)
    server.answer("/api/v1/accounts/verify_credentials", 200, {"id": "9", "acct": "other"})
    with pytest.raises(PlatformError):
        bot.retract(receipt.remote_id)
    assert server.read(receipt.remote_id)


def test_a_thread_is_not_gone_by_a_proxy(bot, line, server, page):
    """A page in answer to the question for a thread is tried again, and then the thread is read."""
    root = server.say("tips", "a tip")
    said = server.say("alice", "hm", to=root)
    page.path = "/context"
    line.pages.append(page)
    assert only_later(lambda: bot.read_thread(root, None))
    page.times = 0
    assert [one.remote_id for one in bot.read_thread(root, None).entries] == [said]


def test_a_thread_is_not_gone_where_we_are_unknown(bot, server):
    """A server that has lost our account as well has not said that our post is gone."""
    root = server.say("tips", "a tip")
    for account in ({"id": "9", "acct": "other"}, {"id": "9"}, {}):
        server.answer(f"{STATUSES}/*", 404)
        server.answer("/api/v1/accounts/verify_credentials", 200, account)
        assert only_later(lambda: bot.read_thread(root, None))


def test_nothing_is_erased_by_a_proxy(bot, line, server, page):
    """A page in answer to a look erases nothing of what was said."""
    root = server.say("tips", "a tip")
    said = [server.say("alice", f"@tips {number}", to=root) for number in range(2)]
    page.path = f"{STATUSES}/{said[0]}"
    server.answer(STATUSES, 200, [], methods=["GET"])
    line.pages.append(page)
    try:
        found = bot.check(said)
    except PlatformError:
        return
    assert found.gone == frozenset()
    assert said[0] not in {one.remote_id for one in found.entries}


def test_listening_goes_on_after_a_proxy(bot, line, server, page):
    """A page in answer to the question for notifications is an error, and no refused token."""
    said = server.say("alice", "@tips hello")
    page.path = "/api/v1/notifications"
    line.pages.append(page)
    assert only_later(lambda: bot.poll(None))
    page.times = 0
    assert [one.remote_id for one in bot.poll(None).entries] == [said]


def test_nothing_is_favoured_by_a_proxy(bot, line, server, page):
    """A page in answer to a favourite is neither a favourite nor a refusal."""
    said = server.say("alice", "@tips hello")
    page.path = "/favourite"
    line.pages.append(page)
    assert only_later(lambda: bot.favourite(said))
    page.times = 0
    bot.favourite(said)


def test_no_stream_is_given_up_for_a_proxy(bot, line, page):
    """A page in the place of a stream is tried again soon, whatever its status."""
    page.path = "/api/v1/streaming"
    line.pages.append(page)
    assert only_later(lambda: bot.hints(lambda: None, lambda: False))


def test_a_reply_is_looked_for(bot, line, server, clock):
    """An answer of the bot that met a proxy's 404 is not called refused."""
    parent = server.say("alice", "@tips why?")
    answer = post("@alice because", in_reply_to=parent)
    line.pages.append(Page(status=404, body=HTML, path=STATUSES, method="POST", reaches=True))
    with pytest.raises(OutcomeUnknown):
        bot.publish(answer)
    assert bot.find(delivery(clock, answer)).receipt.remote_id


OWN = [
    ('{"error":"Record not found"}', "Record not found"),
    ('{"error":"unauthorized","error_description":"token"}', "unauthorized"),
    ('{"error":"Validation failed","details":{"text":[]}}', "Validation failed"),
    ('{"error":"Password reset is required","identifier":"x"}', "Password reset is required"),
    ('{"error":"Not Found: not found", "error_code": 4}', "Not Found: not found"),
    ('{"error":' + '"x' * 70_000 + '"}', None),
]


@pytest.mark.parametrize(("body", "said"), OWN)
def test_the_servers_own_form(body, said):
    """What Mastodon, GoToSocial and Pleroma refuse with is their own word."""
    assert json_values.refusal(body.encode()) == said


@pytest.mark.parametrize(
    ("status", "kind"), [(404, Refused), (403, Refused), (401, Unauthorised), (410, Refused)]
)
def test_the_servers_own_word_counts(bot, server, status, kind):
    """A refusal in the server's own form is final, as before."""
    server.answer(STATUSES, status, {"error": "This is not allowed"})
    with pytest.raises(kind):
        bot.publish(post())
    assert server.posts() == []


DUPLICATES = [
    (422, "Duplicate record"),
    (422, "Validation failed: Uri has already been taken"),
    (409, "Conflict: status already exists"),
    (400, "Bad Request: duplicate status"),
    (422, "duplicate key value violates unique constraint"),
    (403, "You have already posted this"),
]


@pytest.mark.parametrize(("status", "said"), DUPLICATES)
def test_a_duplicate_may_be_the_post_itself(bot, line, server, clock, status, said):
    """A server that has the post already has perhaps made it just now: it is looked for, and found."""
    body = f'{{"error":"{said}"}}'
    line.pages.append(
        Page(status=status, body=body, content_type=JSON, method="POST", reaches=True)
    )
    frozen = post()
    with pytest.raises(PlatformError) as caught:
        bot.publish(frozen)
    assert type(caught.value) is OutcomeUnknown
    assert bot.find(delivery(clock, frozen)).receipt.remote_id == server.posts()[0]["id"]


INSTANCE = "/api/v2/instance"
NO_INSTANCE = [
    *((status, '{"error":"no"}', JSON) for status in (400, 401, 403, 404, 405, 406, 410, 422)),
    *((status, '{"error":"no"}', JSON) for status in (500, 501)),
    *((status, HTML, "text/html") for status in (200, 400, 403, 404, 500)),
    (200, "{", JSON),
    (200, "", JSON),
    (200, "{}", JSON),
    (200, "[]", JSON),
    (200, "null", JSON),
    (200, '{"domain":"m.example","title":"M"}', JSON),
    (200, '{"version":"1.2.3","name":"a gateway"}', JSON),
]


@pytest.mark.parametrize(("status", "body", "content_type"), NO_INSTANCE)
def test_an_instance_is_learned_from_the_older_document(
    bot, line, server, status, body, content_type
):
    """However a server refuses the newer document, or leaves it empty, it is learned all the same."""
    old = {"uri": "pleroma.example", "version": "2.7.2 (compatible; Pleroma 2.2.0)"}
    line.pages.append(Page(status=status, body=body, content_type=content_type, path=INSTANCE))
    server.answer("/api/v1/instance/", 200, old | {"max_toot_chars": 5000})
    traits = bot.learn()
    assert (traits.network, traits.text.limit) == ("Pleroma", 5000)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_an_instance_that_is_overloaded_is_asked_later(bot, line, status):
    """What cannot be answered just now is no reason to believe the older document."""
    line.pages.append(Page(status=status, body=HTML, path=INSTANCE))
    assert only_later(bot.learn)
    assert line.seen[-1].path.startswith(INSTANCE)


LIMITED = [
    (("POST", STATUSES), lambda bot, said: bot.publish(post())),
    (("GET", "/statuses?"), lambda bot, said: bot.find(delivery(bot._api.clock))),
    (("GET", "/api/v1/notifications"), lambda bot, said: bot.poll(None)),
    (("GET", "/context"), lambda bot, said: bot.read_thread(said, None)),
    (("POST", "/favourite"), lambda bot, said: bot.favourite(said)),
    (("DELETE", STATUSES), lambda bot, said: bot.retract(said)),
    (("GET", "/verify_credentials"), lambda bot, said: bot.learn()),
]


@pytest.mark.parametrize(("asked", "ask"), LIMITED)
def test_after_too_many_an_end_point_is_left_alone(bot, line, server, asked, ask):
    """Nothing is sent to an end point before its reset, whatever is asked of it, and all others go on."""
    method, path = asked
    said = [server.say("tips", f"a tip {number}") for number in range(2)]
    headers = {"Retry-After": "600"}
    line.pages.append(Page(status=429, body=HTML, method=method, path=path, headers=headers))
    with pytest.raises((RetryLater, OutcomeUnknown)):
        ask(bot, said[0])
    sent = len(line.seen)
    for at in said:
        with pytest.raises(RetryLater, match="no more requests of this kind before") as caught:
            ask(bot, at)
        assert caught.value.after == timedelta(minutes=10)
    assert not [one for one in line.seen[sent:] if one.method == method and path in one.path]
    bot._api.clock.advance(timedelta(minutes=10))
    ask(bot, said[0])


def test_a_limit_of_a_clock_that_ran_ahead_is_none(bot, server, clock):
    """After our clock was put right nothing waits for a moment that is far ahead."""
    clock.advance(timedelta(days=2))
    server.answer(STATUSES, 429, headers={"Retry-After": "600"})
    with pytest.raises(RetryLater):
        bot.publish(post())
    clock.advance(timedelta(days=-2))
    assert bot.publish(post()).remote_id


def test_gotosocial_says_so_itself(clock):
    """A server without a stream is told from a proxy without one."""
    with mastodon_server(version=GOTOSOCIAL, streams=False) as server:
        bot = adapter(server.url, server.token, clock)
        with pytest.raises(Refused):
            bot.hints(lambda: None, lambda: False)
