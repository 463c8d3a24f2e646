"""Answers that are not X's own: of a proxy, a gateway, a content network, another server."""

import pytest

from bot.core.errors import OutcomeUnknown, PlatformError, Refused, RetryLater
from bot.core.model.lookup import Absent
from tests.platforms.x.samples import NOON, POST, adapter_at, unsure
from tests.servers.scripted import Scripted, scripted

TIP = "2061417475077046300"
ME = {"data": {"id": "10", "name": "Tips", "username": "tentips"}}
PROBLEMS = "https://api.twitter.com/2/problems"
NOT_FOUND = {
    "value": TIP,
    "detail": f"Could not find tweet with id: [{TIP}].",
    "title": "Not Found Error",
    "resource_type": "tweet",
    "parameter": "id",
    "resource_id": TIP,
    "type": f"{PROBLEMS}/resource-not-found",
}
PLAIN = {"title": "Not Found", "type": "about:blank", "status": 404, "detail": "Not Found"}
FOREIGN = {
    "a restarting proxy": "404 page not found",
    "a page": "<html><head><title>403 Forbidden</title></head></html>",
    "nothing": "",
    "a list": [{"message": "Bad Request"}],
    "a number": 404,
    "an empty object": {},
    "another object": {"error": "not found"},
    "Kong": {"message": "no Route matched with those values"},
    "Spring": {"timestamp": "2026-06-01T12:00:00Z", "error": "Not Found", "path": "/2/tweets"},
    "Spring's problem": PLAIN | {"instance": "/2/tweets"},
    "ASP.NET's problem": {
        "type": "https://tools.ietf.org/html/rfc9110#section-15.5.5",
        "title": "Not Found",
        "detail": "Not Found",
        "traceId": "00-1",
    },
    "Cloudflare's problem": {
        "type": "https://developers.cloudflare.com/support/errors/error-1020/",
        "title": "Error 1020: Access denied",
        "detail": "The owner of this website has banned you.",
        "error_code": 1020,
    },
    "Cloudflare's API": {
        "success": False,
        "errors": [{"code": 1003, "message": "Invalid or missing zone id."}],
        "messages": [],
    },
    "GraphQL": {"errors": [{"message": "Not found", "extensions": {}}], "data": None},
    "errors that are no list": {"errors": {"code": 34, "message": "Not found"}},
    "errors without a code": {"errors": [{"message": "Not found"}]},
    "a problem of another status": PLAIN | {"status": 599},
    "X's words as a page": "<p>Your account is suspended. duplicate content. type about:blank</p>",
    "a host that only looks like X": {
        "type": "https://api.twitter.com.example.org/2/problems/resource-not-found",
        "title": "Not Found",
        "detail": "gone",
    },
}
STATUSES = (400, 401, 402, 403, 404, 409, 410, 418, 421, 451, 500, 502, 503, 520, 530)


def raised(call):
    """The kind of the error that a call raises."""
    with pytest.raises(PlatformError) as caught:
        call()
    return type(caught.value)


def readings(bot):
    """Every call that reads a list or looks something up."""
    return (
        lambda: bot.poll(None),
        lambda: bot.read_thread(TIP, None),
        lambda: bot.check([TIP]),
        lambda: bot.find(unsure()),
        lambda: bot.list_own_posts(NOON),
    )


@pytest.mark.parametrize("who", FOREIGN)
def test_not_x_on_a_write(who):
    """Whatever status somebody else answers with, a post may stand and a deletion may not."""
    script = [Scripted(status=status, body=FOREIGN[who]) for status in STATUSES for _ in "pr"]
    with scripted(lambda *_: script.pop()) as (url, _):
        bot = adapter_at(url)
        for _ in STATUSES:
            assert raised(lambda: bot.publish(POST)) is OutcomeUnknown
            assert raised(lambda: bot.retract(TIP)) is OutcomeUnknown


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("who", FOREIGN)
def test_not_x_on_a_read(who, known):
    """Somebody else's answer ends no thread, erases nothing, and is read again later."""
    statuses = list(STATUSES)

    def decide(_method, path):
        if known and path.startswith("/2/users/me"):
            return Scripted(body=ME)
        return Scripted(status=statuses[-1], body=FOREIGN[who])

    with scripted(decide) as (url, _):
        bot = adapter_at(url)
        while statuses:
            for call in readings(bot):
                assert raised(call) is RetryLater
            statuses.pop()


@pytest.mark.parametrize("who", FOREIGN)
def test_not_x_with_a_success(who):
    """A success in a form that is not X's is no success, and no empty list either."""

    def decide(_method, path):
        if path.startswith("/2/users/me"):
            return Scripted(body=ME)
        return Scripted(body=FOREIGN[who])

    with scripted(decide) as (url, _):
        bot = adapter_at(url)
        assert raised(lambda: bot.publish(POST)) is OutcomeUnknown
        assert raised(lambda: bot.retract(TIP)) is OutcomeUnknown
        for call in readings(bot):
            assert raised(call) is RetryLater


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"id": True}},
        {"data": {"id": 0}},
        {"data": {"id": ""}},
        {"data": {"id": None}},
        {"id": TIP},
        {"data": [{"id": TIP}]},
        {"data": {"id": {"id": TIP}}},
    ],
)
def test_success_that_names_no_post(body):
    """A success without the id of a post is an unknown outcome."""
    with scripted(lambda *_: Scripted(status=201, body=body)) as (url, _):
        assert raised(lambda: adapter_at(url).publish(POST)) is OutcomeUnknown


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"deleted": "true"}},
        {"data": {"deleted": 1}},
        {"data": {"deleted": False}},
        {"deleted": True},
        {"data": [{"deleted": True}]},
        {"data": {}},
    ],
)
def test_deletion_that_x_does_not_confirm(body):
    """Only X's own confirmation takes a post back."""
    with scripted(lambda *_: Scripted(body=body)) as (url, _):
        assert raised(lambda: adapter_at(url).retract(TIP)) is OutcomeUnknown


@pytest.mark.parametrize(
    "body", [{}, {"meta": {}}, {"data": [], "meta": {"page": 1}}, {"data": []}]
)
def test_list_that_only_looks_empty(body):
    """A list is empty where X counts nothing; anything else proves no absence."""
    lists = f"/2/users/{ME['data']['id']}/"

    def decide(_method, path):
        return Scripted(body=body if path.startswith((lists, "/2/tweets")) else ME)

    with scripted(decide) as (url, _):
        bot = adapter_at(url)
        for call in (
            lambda: bot.find(unsure()),
            lambda: bot.list_own_posts(NOON),
            lambda: bot.poll(None),
            lambda: bot.read_thread(TIP, None),
        ):
            assert raised(call) is RetryLater


def test_list_that_is_empty():
    """Where X counts nothing there is nothing."""
    empty = {"meta": {"result_count": 0}}

    def decide(_method, path):
        return Scripted(body=ME if path.startswith("/2/users/me") else empty)

    with scripted(decide) as (url, _):
        assert adapter_at(url).find(unsure()) == Absent()


@pytest.mark.parametrize(
    ("refusal", "looked"),
    [
        (NOT_FOUND | {"status": 404}, None),
        ({"errors": [NOT_FOUND], "title": "Not Found Error", "type": NOT_FOUND["type"]}, None),
        (NOT_FOUND | {"resource_type": "post"}, None),
        (NOT_FOUND | {"type": "https://api.x.com/2/problems/resource-not-found"}, None),
        (PLAIN, {"errors": [NOT_FOUND | {"parameter": "ids"}]}),
        (PLAIN, {"errors": [NOT_FOUND | {"parameter": "ids", "resource_type": "post"}]}),
    ],
)
def test_gone_by_x_own_word(refusal, looked):
    """A post that X itself says it does not have, by its id, is taken back."""

    def decide(method, path):
        if method == "DELETE":
            return Scripted(status=404, body=refusal)
        return Scripted(body=looked if path.startswith("/2/tweets?") else ME)

    with scripted(decide) as (url, asked):
        adapter_at(url).retract(TIP)
    assert (len(asked) > 1) == (looked is not None)


@pytest.mark.parametrize(
    "looked",
    [
        {"data": [{"id": TIP, "text": "A tip.", "author_id": "10"}]},
        {"errors": [NOT_FOUND | {"parameter": "ids", "value": "17"}]},
        {
            "errors": [
                NOT_FOUND | {"parameter": "ids", "type": f"{PROBLEMS}/not-authorized-for-resource"}
            ]
        },
        {"data": []},
        {},
        PLAIN,
        "<html></html>",
    ],
)
def test_gone_that_x_does_not_confirm(looked):
    """A 404 that names no post is looked into: where the post may stand it is not taken back."""

    def decide(method, path):
        if method == "DELETE":
            return Scripted(status=404, body=PLAIN)
        return Scripted(body=looked if path.startswith("/2/tweets?") else ME)

    with scripted(decide) as (url, _):
        assert raised(lambda: adapter_at(url).retract(TIP)) is OutcomeUnknown


@pytest.mark.parametrize(
    "error",
    [
        NOT_FOUND | {"parameter": "ids", "type": f"{PROBLEMS}/usage-capped"},
        NOT_FOUND | {"parameter": "ids", "type": f"{PROBLEMS}/"},
        NOT_FOUND | {"parameter": "ids", "resource_type": "user"},
        NOT_FOUND | {"parameter": "ids", "value": ""},
        NOT_FOUND | {"parameter": "expansions"},
    ],
)
def test_entry_that_is_not_gone(error):
    """What was said is erased only where X says that this very post is gone."""

    def decide(_method, path):
        return Scripted(body=ME if path.startswith("/2/users/me") else {"errors": [error]})

    with scripted(decide) as (url, _):
        assert adapter_at(url).check([TIP]).gone == frozenset()


@pytest.mark.parametrize(
    "error",
    [
        NOT_FOUND | {"parameter": "ids", "type": "https://example.org/problems/resource-not-found"},
        NOT_FOUND | {"parameter": "ids", "type": "https://[x.com/2/problems/resource-not-found"},
        NOT_FOUND | {"parameter": "ids", "type": "resource-not-found"},
        NOT_FOUND | {"parameter": "ids", "type": None},
        {"message": "not found", "value": TIP},
    ],
)
def test_entry_of_which_somebody_else_speaks(error):
    """A look-up of which nothing is in X's form tells nothing, and is tried again."""

    def decide(_method, path):
        return Scripted(body=ME if path.startswith("/2/users/me") else {"errors": [error]})

    with scripted(decide) as (url, _):
        assert raised(lambda: adapter_at(url).check([TIP])) is RetryLater


@pytest.mark.parametrize(
    "body",
    [
        {"title": "Forbidden", "type": "about:blank", "status": 403, "detail": "Something new."},
        {"title": "Forbidden", "type": f"{PROBLEMS}/client-forbidden", "detail": "Something new."},
        {"title": "No", "type": "https://docs.x.com/problems/new", "detail": "Something new."},
        {"errors": [{"code": 999, "message": "Something new."}]},
    ],
)
def test_x_own_refusal(body):
    """A refusal in each of X's own forms is final for a post."""
    with scripted(lambda *_: Scripted(status=403, body=body)) as (url, _):
        assert raised(lambda: adapter_at(url).publish(POST)) is Refused
