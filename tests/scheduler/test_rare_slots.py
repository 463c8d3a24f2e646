"""The next slot is found however far away it is, and what never comes is told as such."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest

from bot.app.status.status import status
from bot.core.errors import UsageError
from bot.core.model.schedule import LAST, WEEKDAYS, Cron, Every
from bot.core.ports.account_store import Pause
from bot.scheduler.crontab import check_cron
from bot.scheduler.scheduler import SlotTrigger
from bot.scheduler.timetable import ZonedTimetable
from tests.app.harness import Harness
from tests.clock import FakeClock
from tests.core.samples import config, schedule, tip

HOUR = timedelta(hours=1)

NEXT = [
    ("0 9 29 2 *", "UTC", "2026-11-29T09:00Z", "2028-02-29T09:00Z"),
    ("0 9 29 2 *", "UTC", "2028-02-29T09:00Z", "2032-02-29T09:00Z"),
    ("0 9 29 feb *", "Europe/London", "2096-03-01T00:00Z", "2104-02-29T09:00Z"),
    ("30 23 29 2 *", "America/New_York", "2096-03-01T04:30Z", "2104-03-01T04:30Z"),
    ("0 0 29 2 *", "Pacific/Kiritimati", "2096-02-28T10:00Z", "2104-02-28T10:00Z"),
    ("*/20 * 29 2 *", "Asia/Kolkata", "2097-01-01T00:00Z", "2104-02-28T18:30Z"),
    ("0 9 29 2 */7", "UTC", "2026-11-29T09:00Z", "2032-02-29T09:00Z"),
    ("0 9 29 2 */7", "Europe/London", "2032-03-01T00:00Z", "2060-02-29T09:00Z"),
    ("0 9 29 2 */7", "America/New_York", "2088-03-01T00:00Z", "2128-02-29T14:00Z"),
    ("0 9 */28 2 2", "UTC", "2072-03-01T00:00Z", "2078-02-01T09:00Z"),
    ("0 9 31 12 *", "UTC", "2026-12-31T09:00Z", "2027-12-31T09:00Z"),
    ("0 9 29 2 */7", "UTC", "2192-01-01T00:00Z", "2224-02-29T09:00Z"),
]
NEVER = [
    "0 9 30 2 *",
    "0 9 31 2 *",
    "0 9 30,31 feb *",
    "0 9 31 4 *",
    "* * 31 4,6,9,11 *",
    "0 9 31 sep *",
    "0 9 30 2 */2",
    "*/5 * 30-31 2 */7",
]


def at(text):
    """A moment in the words of the table."""
    return datetime.fromisoformat(text)


def rule(line, zone="UTC"):
    """A schedule of which nothing but its line and zone matters here."""
    return schedule(when=Cron(line=line), timezone=zone)


def harness(*schedules, now):
    """A bot with these schedules at this moment."""
    bot = Harness(config=config(tip(), schedules=schedules))
    bot.clock = FakeClock(now)
    return bot


def standing(bot):
    """How everything stands at the bot's moment."""
    return status(bot.store, ZonedTimetable(), bot.config, bot.clock.now())


@pytest.mark.parametrize(("line", "zone", "now", "due"), NEXT)
def test_the_next_slot_is_found(line, zone, now, due):
    """The same slot is the next for preview, status, skip and the clock, decades away if need be."""
    rare = rule(line, zone)
    bot = harness(rare, now=at(now))
    (coming,) = bot.preview.coming(bot.config, at(now), 1)
    assert coming.slot.due == at(due)
    assert [slot.due for slot in standing(bot).coming] == [at(due)]
    assert SlotTrigger(ZonedTimetable(), rare).get_next_fire_time(None, at(now)) == at(due)
    assert bot.skip(None, at(now)).due == at(due)


@pytest.mark.parametrize("weekday", range(7))
def test_the_calendar(weekday):
    """Through a whole cycle of the calendar each 29 February of a weekday is found, and no other."""
    both = f"0 9 */28 2 {WEEKDAYS[weekday]}"  # the 1st as well, which is left out below
    slots = ZonedTimetable().slots(rule(both), at("2001-01-01T00:00Z"), at("2401-01-01T00:00Z"))
    leaps = (date(year, 2, 29) for year in range(2004, 2401, 4) if year % 400 == 0 or year % 100)
    found = [slot.due.date() for slot in slots if slot.due.day == 29]
    assert found == [day for day in leaps if day.weekday() == weekday]


@pytest.mark.parametrize("line", NEVER)
def test_what_never_comes(line):
    """A line that never comes is refused with that reason, and before anybody looks for its slots."""
    assert "so that it never comes" in (check_cron(line) or "")


@pytest.mark.parametrize("now", ["9997-12-31T00:00Z", "9998-06-01T00:00Z", "9999-12-31T23:59Z"])
@pytest.mark.parametrize(
    "when",
    [
        Cron(line="* * * * *"),
        Cron(line="0 9 29 2 *"),
        Every(period=timedelta(days=366), anchor=at("1970-01-01T00:00Z")),
        Every(period=HOUR, anchor=at("9998-12-31T00:00Z")),
    ],
)
def test_the_end_of_all_dates(when, now):
    """Where dates end there are no more slots, and no error."""
    last = schedule(when=when, timezone="Pacific/Kiritimati")
    slots = ZonedTimetable().slots(last, at(now), LAST)
    assert all(at(now) < slot.due <= LAST for slot in islice(slots, 3))


@pytest.mark.parametrize("anchor", ["2027-01-01", "2030-06-01", "2050-01-01", "2100-02-28", "9997-01-01"])  # fmt: skip
def test_an_anchor_far_ahead(anchor):
    """A period that begins years from now has its first slot then."""
    begin = at(f"{anchor}T00:00Z")
    bot = harness(schedule(when=Every(period=HOUR, anchor=begin)), now=at("2026-11-29T09:00Z"))
    assert [slot.due for slot in standing(bot).coming] == [begin]


@pytest.mark.parametrize("until", ["2027-01-01", "2036-03-01", "2099-12-31", "9997-12-31"])
def test_a_pause_of_years(until):
    """What a pause holds is not walked through: the slots behind it are told at once."""
    end = at(f"{until}T00:00Z")
    now = at("2026-11-29T09:00Z")
    bot = harness(schedule("often", when=Cron(line="* * * * *")), now=now)
    with bot.store.writing() as tx:
        tx.accounts.pause(Pause(name="schedule:often", reason="x", since=now, until=end))
    assert [slot.due for slot in standing(bot).coming] == [end]
    (coming,) = bot.preview.coming(bot.config, now, 1)
    assert coming.slot.due == end


@pytest.mark.parametrize("until", ["9998-01-02", "9999-12-31"])
def test_a_pause_until_the_end(until):
    """A pause that ends where dates do leaves no slot, and is no error."""
    now = at("2026-11-29T09:00Z")
    bot = harness(schedule("often", when=Cron(line="* * * * *")), now=now)
    end = at(f"{until}T23:59Z")
    with bot.store.writing() as tx:
        tx.accounts.pause(Pause(name="schedule:often", reason="x", since=now, until=end))
    assert standing(bot).coming == ()
    assert bot.preview.coming(bot.config, now, 1) == []


def test_nothing_to_skip():
    """Without any schedule there is no slot to skip, and that is said."""
    bot = harness(now=datetime(2026, 11, 29, tzinfo=UTC))
    with pytest.raises(UsageError, match="no slot to skip"):
        bot.skip(None, bot.clock.now())
