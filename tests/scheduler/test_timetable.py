"""Schedules become slots: the same ones, each once, on every night of the year."""

from datetime import UTC, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from apscheduler.triggers.cron import CronTrigger
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.model.schedule import WEEKDAYS, At, Cron, Every, Schedule
from bot.scheduler.crontab import check_cron
from bot.scheduler.timetable import ZonedTimetable

DATA = Path(__file__).parents[1] / "data"
CASES = yaml.safe_load((DATA / "slots.yaml").read_text(encoding="utf-8"))
CRONTABS = yaml.safe_load((DATA / "crontabs.yaml").read_text(encoding="utf-8"))

ZONES = (
    "Africa/Casablanca",
    "America/Havana",
    "America/New_York",
    "America/Nuuk",
    "America/St_Johns",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Europe/London",
    "Pacific/Chatham",
    "UTC",
)


def schedule(when, zone="UTC"):
    """A schedule of which nothing but its rule and zone matters here."""
    return Schedule(name="tips", when=when, timezone=zone, late=timedelta(hours=1))


def rule(text):
    """A rule from the words of the data file."""
    kind, *words = text.split()
    if kind == "cron":
        return Cron(line=" ".join(words))
    if kind == "every":
        minutes, _, anchor = words
        return Every(period=timedelta(minutes=int(minutes)), anchor=datetime.fromisoformat(anchor))
    times = [word for word in words if ":" in word]
    days = [WEEKDAYS.index(word) for word in words if word in WEEKDAYS]
    return At(times=tuple(map(time.fromisoformat, times)), days=tuple(days) or At(times=()).days)


def slots(when, zone, after, until):
    """All slots of a rule in a span."""
    return list(ZonedTimetable().slots(schedule(when, zone), after, until))


def written(when, slot):
    """A slot in the words of the data file."""
    due = slot.due.strftime("%Y-%m-%dT%H:%MZ")
    if isinstance(when, At):
        return f"{slot.key} -> {due}"
    assert slot.key == due
    return due


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_slots_of_the_table(case):
    """Every rule has exactly the slots that the table says, nights of summer time included."""
    when = rule(case["rule"])
    span = datetime.fromisoformat(case["from"]), datetime.fromisoformat(case["until"])
    assert [written(when, slot) for slot in slots(when, case["zone"], *span)] == case["slots"]


@pytest.mark.parametrize(("line", "problem"), CRONTABS.items())
def test_a_bad_crontab_line_is_explained(line, problem):
    """A crontab line that cannot be meant is refused with one sentence that says why."""
    assert check_cron(line) == problem
    assert "\n" not in problem


@pytest.mark.parametrize("case", [case for case in CASES if case["rule"].startswith("cron")])
def test_a_good_crontab_line_has_no_problem(case):
    """A crontab line that has slots is never refused."""
    assert check_cron(case["rule"].removeprefix("cron ")) is None


def test_a_bad_crontab_line_never_becomes_slots():
    """A line that nobody checked is refused with the same sentence, not guessed at."""
    line = "0 9 * * wen"
    with pytest.raises(ValueError, match="is no weekday"):
        slots(
            Cron(line=line),
            "UTC",
            datetime(2026, 1, 1, tzinfo=UTC),
            datetime(2026, 2, 1, tzinfo=UTC),
        )


moments = st.timedeltas(timedelta(0), timedelta(days=8000)).map(
    lambda since: datetime(2009, 1, 1, tzinfo=UTC) + since
)
spans = st.timedeltas(timedelta(0), timedelta(days=3)) | st.timedeltas(
    timedelta(0), timedelta(hours=2)
)
minute_fields = st.sampled_from(["*/15", "30", "0,45", "7-50/11"])
hour_fields = st.sampled_from(["*", "*/6", "0-3", "1", "2", "23", "0-23"])
ats = st.builds(
    At,
    times=st.lists(st.times() | st.times(max_value=time(3)), min_size=1, max_size=4).map(tuple),
    days=st.sets(st.integers(0, 6), min_size=1).map(tuple),
)
crons = st.builds(
    lambda minute, hour, date, weekday: Cron(line=f"{minute} {hour} {date} * {weekday}"),
    minute_fields,
    hour_fields,
    st.sampled_from(["*", "*/2", "1,15,29-31"]),
    st.sampled_from(["*", "sun", "mon-fri", "6,7"]),
)
everies = st.builds(
    Every, period=st.timedeltas(timedelta(minutes=1), timedelta(days=9)), anchor=moments
)
changes = st.sampled_from(
    [
        datetime(2010, 11, 7, 2, 31, tzinfo=UTC),  # St John's, back across midnight
        datetime(2024, 3, 31, 1, tzinfo=UTC),  # London and Nuuk forward
        datetime(2024, 10, 27, 1, tzinfo=UTC),  # London and Nuuk back
        datetime(2024, 11, 3, 5, tzinfo=UTC),  # Havana back
        datetime(2025, 2, 23, 2, tzinfo=UTC),  # Casablanca back
        datetime(2025, 4, 6, 2, tzinfo=UTC),  # Casablanca forward
        datetime(2026, 4, 4, 15, tzinfo=UTC),  # Lord Howe back; Sydney an hour later
        datetime(2026, 10, 3, 15, 30, tzinfo=UTC),  # Lord Howe forward; Sydney half an hour later
        datetime(2026, 11, 1, 6, tzinfo=UTC),  # New York back
    ]
)
near_changes = st.builds(
    lambda change, by: change + by,
    changes,
    st.timedeltas(timedelta(days=-2), timedelta(days=1))
    | st.timedeltas(timedelta(hours=-2), timedelta(hours=2)),
)


@given(ats | crons | everies, st.sampled_from(ZONES), moments | near_changes, spans, spans)
def test_spans_join(when, zone, first, to_second, to_third):
    """However the time is cut into spans, each slot is in exactly one of them, under one key."""
    second = first + to_second
    third = second + to_third
    whole = slots(when, zone, first, third)
    assert slots(when, zone, first, second) + slots(when, zone, second, third) == whole
    assert len({slot.key for slot in whole}) == len(whole)
    assert whole == sorted(whole, key=lambda slot: slot.due)


@given(ats, st.sampled_from(ZONES), moments | near_changes)
@example(At(times=(time(1, 30),)), "Europe/London", datetime(2026, 10, 25, tzinfo=UTC))
def test_at_counts_every_chosen_day(when, zone, after):
    """Each chosen local day has one slot for each chosen time, and no other day has any."""
    local = ZoneInfo(zone)
    first = after.astimezone(local).date()
    days = [first + timedelta(days=number) for number in range(1, 8)]
    expected = {
        datetime.combine(day, at).isoformat(timespec="minutes")
        for day in days
        if day.weekday() in when.days
        for at in when.times
    }
    keys = {slot.key for slot in slots(when, zone, after, after + timedelta(days=10))}
    whole = {day.isoformat() for day in days}
    assert {key for key in keys if key[:10] in whole} == expected


@given(ats, st.sampled_from(ZONES), moments | near_changes)
def test_at_is_due_when_clocks_show_it(when, zone, after):
    """A slot is due at the first moment at which clocks show its time or a later one."""
    local = ZoneInfo(zone)
    for slot in slots(when, zone, after, after + timedelta(days=3)):
        shown = slot.due.astimezone(local).replace(tzinfo=None)
        before = (slot.due - timedelta(minutes=1)).astimezone(local).replace(tzinfo=None)
        assert before < datetime.fromisoformat(slot.key) <= shown


@given(
    minute_fields,
    hour_fields,
    st.sampled_from(["*", "*/2", "1,15,29-31"]),
    st.sampled_from(["*", "1-6/2", "feb", "Apr,11"]),
    st.sampled_from(["*", "sun", "mon-fri"]),
    moments,
)
def test_without_summer_time_cron_is_plain(minute, hour, date, month, weekday, after):
    """Where no clock ever changes our slots are the moments that APScheduler's own trigger finds."""
    if not date.startswith("*") and weekday != "*":
        weekday = "*"  # APScheduler wants both, a crontab either
    trigger = CronTrigger(
        minute=minute, hour=hour, day=date, month=month, day_of_week=weekday, timezone=UTC
    )
    expected, until = [], after + timedelta(days=40)
    due = trigger.get_next_fire_time(None, after + timedelta(microseconds=1))
    while due is not None and due <= until and len(expected) < 50:
        expected.append(due)
        due = trigger.get_next_fire_time(due, due)
    line = f"{minute} {hour} {date} {month} {weekday}"
    ours = ZonedTimetable().slots(schedule(Cron(line=line)), after, until)
    assert [slot.due for slot in islice(ours, 50)] == expected


@pytest.mark.parametrize(
    "when",
    [
        At(times=(time(9),)),
        Cron(line="* * * * *"),
        Every(period=timedelta(minutes=1), anchor=datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_long_absence_is_walked_lazily(when):
    """The first slots after decades away are there without working out the millions behind them."""
    after, until = datetime(1971, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
    first = list(islice(ZonedTimetable().slots(schedule(when, "Europe/London"), after, until), 3))
    assert [slot.due.year for slot in first] == [1971] * 3


def test_a_moment_without_a_zone_is_refused():
    """A span without a zone could mean forty different ones, and is not guessed at."""
    aware = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="no time zone"):
        list(
            ZonedTimetable().slots(
                schedule(At(times=(time(9),))), aware.replace(tzinfo=None), aware
            )
        )
