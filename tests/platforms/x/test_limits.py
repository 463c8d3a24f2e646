"""How long the bot waits when X wants it to, and what it does not send meanwhile."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.errors import PlatformError, Refused, RetryLater, Unauthorised
from tests.platforms.x.samples import NOON, POST, adapter_at
from tests.servers.scripted import Scripted, scripted

EPOCH = int(NOON.timestamp())
SLOW = {"title": "Too Many Requests", "type": "about:blank", "status": 429, "detail": "Slow down."}
MINUTE, WINDOW, DAY = timedelta(minutes=1), timedelta(minutes=15), timedelta(days=1)


def raised(call):
    """The error that a call raises."""
    with pytest.raises(PlatformError) as caught:
        call()
    return caught.value


@pytest.mark.parametrize(
    ("headers", "after"),
    [
        ({"x-rate-limit-reset": str(EPOCH + 60)}, MINUTE),
        ({"x-rate-limit-reset": f"{(EPOCH + 60) * 1000}"}, MINUTE),
        ({"x-rate-limit-reset": "2026-06-01T12:01:00Z"}, MINUTE),
        ({"x-rate-limit-reset": "2026-06-01 12:01:00"}, MINUTE),
        ({"x-rate-limit-reset": "60"}, MINUTE),
        ({"retry-after": "60"}, MINUTE),
        ({"Retry-After": "60.0"}, MINUTE),
        ({"retry-after": str(EPOCH + 60)}, MINUTE),
        ({"retry-after": f"{(EPOCH + 60) * 1000}"}, MINUTE),
        ({"retry-after": "Mon, 01 Jun 2026 12:01:00 GMT"}, MINUTE),
        ({"retry-after": "Monday, 01-Jun-26 12:01:00 GMT"}, MINUTE),
        ({"retry-after": "2026-06-01T13:01:00+01:00"}, MINUTE),
        ({"retry-after": "60", "x-rate-limit-reset": str(EPOCH + 120)}, 2 * MINUTE),
        (
            {
                "x-rate-limit-reset": str(EPOCH + 60),
                "x-user-limit-24hour-remaining": "0",
                "x-user-limit-24hour-reset": str(EPOCH + 7200),
            },
            timedelta(hours=2),
        ),
        (
            {
                "x-rate-limit-reset": str(EPOCH + 60),
                "x-app-limit-24hour-remaining": "7",
                "x-app-limit-24hour-reset": str(EPOCH + 7200),
            },
            MINUTE,
        ),
        ({"retry-after": str(EPOCH + 10**7)}, DAY),
        ({"retry-after": "9" * 20}, WINDOW),
        ({"retry-after": "1e400"}, WINDOW),
        ({"retry-after": "nan"}, WINDOW),
        ({"retry-after": "-60"}, WINDOW),
        ({"retry-after": "0"}, WINDOW),
        ({"retry-after": ""}, WINDOW),
        ({"retry-after": "soon"}, WINDOW),
        ({"retry-after": "Mon, 01 Jun 2026 11:59:00 GMT"}, WINDOW),
        ({"x-rate-limit-reset": str(EPOCH - 60)}, WINDOW),
        ({}, WINDOW),
    ],
)
@pytest.mark.parametrize("body", [SLOW, "<html>slow down</html>"])
def test_wait(clock, headers, body, after):
    """The end of a limit is understood as seconds, as an epoch and as a date, up to a day."""
    told = Scripted(status=429, body=body, headers=headers)
    with scripted(lambda *_: told) as (url, _):
        bot = adapter_at(url, clock=clock)
        error = raised(lambda: bot.publish(POST))
    assert (type(error), error.after) == (RetryLater, after)


CALLS = {
    "POST /2/tweets": lambda bot: bot.publish(POST),
    "DELETE /2/tweets/:id": lambda bot: bot.retract("17"),
    "GET /2/tweets": lambda bot: bot.check(["17"]),
    "GET /2/tweets/search/recent": lambda bot: bot.read_thread(str((1 << 60) + 1), None),
    "GET /2/users/:id/tweets": lambda bot: bot.list_own_posts(NOON),
    "GET /2/users/:id/mentions": lambda bot: bot.poll(None),
    "GET /2/users/me": lambda bot: bot.learn(),
}


@pytest.mark.parametrize("limited", CALLS)
def test_nothing_is_sent_before_the_reset(x, bot, clock, limited):
    """After a 429 nothing goes to that end point before its reset, and afterwards it does."""
    bot.learn()
    method = limited.split()[0]
    path = limited.split()[1].replace(":id", "*")
    x.fail(429, method=method, path=path)
    assert raised(lambda: CALLS[limited](bot)).after == WINDOW
    sent = len(x.requests)
    clock.advance(minutes=5)
    error = raised(lambda: CALLS[limited](bot))
    assert (type(error), error.after, len(x.requests)) == (RetryLater, 2 * WINDOW / 3, sent)
    clock.advance(minutes=10)
    try:
        CALLS[limited](bot)
    except Refused:
        assert limited.startswith("DELETE")
    assert len(x.requests) > sent


def test_another_post_waits_too(x, bot, clock):
    """A limit holds for the end point: another post is not sent either, and reading goes on."""
    x.fail(429)
    raised(lambda: bot.publish(POST))
    other = replace(POST, text="Another tip.")
    assert type(raised(lambda: bot.publish(other))) is RetryLater
    assert [one.method for one in x.requests] == ["POST"]
    bot.learn()
    clock.advance(WINDOW)
    bot.publish(other)


def test_clock_put_back(x, bot, clock):
    """A clock that was years ahead when X limited us does not silence the account for years."""
    clock.advance(days=4000)
    x.fail(429)
    raised(lambda: bot.publish(POST))
    clock.advance(NOON - clock.now())
    bot.publish(POST)


@pytest.mark.parametrize(
    ("detail", "minutes"),
    [
        ("You are not allowed to post at this time. Please try again later.", 15),
        ("This request looks like it might be automated. We can't complete this action.", 15),
        ("We can't complete this action right now.", 15),
        ("Something went wrong, please try again.", 15),
        ("This feature is temporarily unavailable.", 15),
        ("Your account is temporarily restricted from posting.", 15),
        ("You have reached your daily limit for posts.", 30),
        ("User is over daily status update limit.", 30),
        ("You have exceeded the limit of posts per day. Please try again later.", 30),
        ("Limit reached: 50 posts in 24 hours.", 30),
        ("Posting limit exceeded.", 30),
        ("Rate limit exceeded", 30),
        ("Your enrolled account has reached its billing cycle spend cap.", 60),
        ("Your enrolled account does not have any credits.", 60),
    ],
)
def test_not_now(x, bot, detail, minutes):
    """A 403 that is about the moment, not about the post, is tried again within its time."""
    x.fail(403, detail=detail)
    error = raised(lambda: bot.publish(POST))
    assert (type(error), error.after) == (RetryLater, timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("detail", "kind"),
    [
        ("Your post is over the 280 character limit.", Refused),
        ("Your Tweet text is too long.", Refused),
        ("Your account is temporarily locked. Log in to unlock it, then try again.", Unauthorised),
        ("Your account has been suspended. Try again later.", Unauthorised),
        ("You cannot reply to this conversation.", Refused),
        ("You are not permitted to do this.", Refused),
    ],
)
def test_not_ever(x, bot, detail, kind):
    """A 403 about the post or the account itself is not waited out."""
    x.fail(403, detail=detail)
    assert type(raised(lambda: bot.publish(POST))) is kind
