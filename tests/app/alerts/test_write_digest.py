"""The digest comes at its time, once, with what happened since the last one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.core.errors import RetryLater
from bot.core.model.alerts import Alerts, Digest
from bot.core.model.config import Identity
from bot.core.model.entry import Author, Standing, Visibility
from tests.app.alerts.conftest import Alerted
from tests.app.harness import EIGHT, Harness, at
from tests.clock import MONDAY
from tests.core.samples import HOUR, MINUTE, config, entry

DAY = timedelta(days=1)
DAILY = Alerts(digest=Digest.DAILY, at=time(12))
WEEKLY = Alerts(digest=Digest.WEEKLY, at=time(12), day=2)
NOON = MONDAY + 3 * HOUR


@pytest.fixture
def daily():
    """A bot at eight in the morning, whose operator gets a digest at noon."""
    made = Alerted(alerts=DAILY)
    made.step(timedelta(0))
    return made


def titles(alerted: Alerted) -> list[str]:
    """The titles of all messages."""
    return [one.title for one in alerted.channel.messages]


def test_at_its_time_and_once(daily):
    """The first digest comes at the next time, and each one once."""
    for _ in range(3 * 24):
        daily.step(HOUR)
    assert len(titles(daily)) == 3


def test_weekly():
    """A weekly digest comes on its weekday."""
    alerted = Alerted(alerts=WEEKLY)
    steps = (alerted.step(4 * HOUR) for _ in range(14 * 6))
    moments = [alerted.harness.clock.now() for lines in steps if lines]
    assert moments == [NOON + 2 * DAY, NOON + 9 * DAY]


@pytest.mark.parametrize(
    ("zone", "begin", "expected"),
    [
        ("Europe/Berlin", datetime(2026, 3, 28, 12, tzinfo=UTC), [(29, 1), (30, 0)]),
        ("Europe/Berlin", datetime(2026, 10, 24, 12, tzinfo=UTC), [(25, 0), (26, 1)]),
    ],
)
def test_the_nights_on_which_clocks_change(zone, begin, expected):
    """Whatever clocks do, there is one digest a day, at the local time where that exists."""
    bot = config(bot=Identity(id="bot", name="Tips", timezone=zone, site="https://tips.test.net"))
    alerted = Alerted(harness=at(begin, config=bot), alerts=replace(DAILY, at=time(2, 30)))
    moments = []
    for _ in range(2 * 24 * 2 - 1):
        if alerted.step(HOUR / 2):
            now = alerted.harness.clock.now()
            moments.append((now.day, now.hour))
    assert moments == expected


def test_after_a_downtime(daily):
    """A digest that was due while the bot was down comes late, unless it is older than a day."""
    daily.step(NOON - EIGHT + 20 * HOUR)
    assert len(titles(daily)) == 1
    daily.step(DAY + HOUR)
    assert len(titles(daily)) == 2


def test_too_late():
    """A weekly digest that is older than a day is left out, and the next one tells it all."""
    alerted = Alerted(alerts=WEEKLY)
    alerted.step(timedelta(0))
    keep(alerted, entry("e1", at=MONDAY))
    assert alerted.step(4 * DAY) == []
    assert "- Ada on Memory: I disagree (e1)." in alerted.step(5 * DAY + 5 * HOUR)


def keep(alerted: Alerted, *entries) -> None:
    """Take these into the discussion."""
    with alerted.harness.store.writing() as tx:
        for one in entries:
            tx.log.keep(one, alerted.harness.clock.now())


def noon(alerted: Alerted) -> list[str]:
    """The lines of the digest at noon."""
    return alerted.step(NOON - alerted.harness.clock.now())


def test_what_was_posted_and_comes(daily):
    """A digest has each tip that was posted, with its link, and the next slots with their tips."""
    daily.harness.plan()
    daily.harness.plan(HOUR)
    daily.harness.deliver()
    lines = noon(daily)
    posted = daily.harness.networks["town"].posts[0]
    assert any(line.startswith("- town: The tip listen") for line in lines)
    assert any(posted.id in line for line in lines)
    assert "- Tue 03 Mar 09:00 UTC: The tip listen" in lines
    assert titles(daily) == ["Tips: 1 post, 0 replies, 0 waiting for you"]


def test_what_people_said(daily):
    """A digest has the newest ten of the new entries, and how many more there are, once."""
    keep(daily, *(entry(f"e{number}", at=MONDAY) for number in range(12)))
    lines = noon(daily)
    said = [line for line in lines if line.startswith("- Ada on Memory")]
    assert len(said) == 10
    assert "(e11)" in said[0]
    assert "- and 2 more" in lines
    assert "People said: nothing new" in daily.step(DAY)


def test_what_nobody_else_may_read(daily):
    """Nothing private, hidden, held or erased is in a digest."""
    secret = {"text": "A secret?", "author": Author(name="Eve")}
    private = entry("p", visibility=Visibility.FOLLOWERS, text="", author=Author(name=""), url=None)
    keep(daily, private, entry("u", visibility=Visibility.UNLISTED, **secret))
    keep(
        daily,
        entry("h", **secret, standing=Standing.HIDDEN),
        entry("w", **secret, standing=Standing.HELD),
    )
    lines = "\n".join(noon(daily))
    assert "Eve" not in lines
    assert "secret" not in lines
    assert "People said: nothing new" in lines


def test_questions(daily):
    """A question that nobody answered waits in every digest; one that the bot answered does not."""
    keep(daily, entry("q1", text="But why?"), entry("q2", text="And how?"), entry("s", text="Yes."))
    keep(daily, entry("a2", text="So.", in_reply_to="q2", ours=True, author=Author(name="Tips")))
    for lines in (noon(daily), daily.step(DAY)):
        waiting = [line for line in lines if line.startswith("- not answered")]
        assert [("But why?" in line) for line in waiting] == [True]


def test_a_digest_that_does_not_arrive(daily):
    """A digest that failed is sent again later, and its content is not lost."""
    keep(daily, entry("e1"))
    daily.channel.fails = RetryLater("it is down")
    assert noon(daily) == []
    daily.channel.fails = None
    assert daily.step(MINUTE / 2) == []
    assert any("(e1)" in line for line in daily.step(MINUTE))


def test_a_digest_switched_off_and_on(daily):
    """One that is switched on again begins then."""
    keep(daily, entry("e1"))
    daily.alerts = Alerts()
    daily.step(DAY)
    daily.alerts = DAILY
    assert daily.step() == []
    assert "People said: nothing new" in daily.step(DAY)


def test_the_harness_is_quiet():
    """A bot without a digest sends none."""
    alerted = Alerted(harness=Harness())
    assert [alerted.step(DAY) for _ in range(3)] == [[]] * 3
