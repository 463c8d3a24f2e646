"""What `status` and `log` say in lines: each thing once, in the bot's time, with its number."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from bot.app.discussion.by_tip import unanswered
from bot.app.discussion.public_view import FreshnessFilter
from bot.app.status.status import status
from bot.cli.discussion.log_format import LogFormatter
from bot.cli.output import counted
from bot.cli.status.status_record import record
from bot.cli.status.status_text import lines
from bot.core.errors import RetryLater, Unauthorised
from bot.core.model.entry import Author, Standing, erased_entry
from bot.scheduler.timetable import ZonedTimetable
from tests.app.harness import EIGHT, Harness
from tests.clock import MONDAY
from tests.core.samples import HOUR, config, entry, traits

TOKEN = Unauthorised("the token is revoked", "put another one into TIPSBOT_TOWN_ACCESS_TOKEN")


@pytest.fixture
def harness():
    """A bot at eight."""
    made = Harness()
    yield made
    made.database.close()


def found(harness):
    """How everything stands."""
    return status(harness.store, ZonedTimetable(), harness.config, harness.clock.now())


def told(harness, **changes):
    """What `status` says."""
    standing = replace(found(harness), **changes)
    return "\n".join(lines(standing, ZoneInfo("Europe/Athens"), {}, running=True))


def test_wrong_secrets_are_told_once_with_what_to_do(harness):
    """The reason stands with its account, and in no other line; it ends with the restart."""
    for number in range(3):
        harness.put(slot=f"s/{number}")
    harness.script(TOKEN)
    harness.deliver()
    said = told(harness)
    assert said.count("the token is revoked") == 1
    assert "put another one into TIPSBOT_TOWN_ACCESS_TOKEN, then restart the bot" in said
    assert "the credentials of town were rejected" in said


def test_a_pause_by_hand_is_listed(harness):
    """What the operator paused stands under `paused`, as before."""
    harness.pause("town", None, EIGHT)
    assert "paused:\n  account:town: paused by the operator" in told(harness)


def test_since_when_listening_fails(harness):
    """The line says since when, in the bot's own time."""

    class Deaf:
        def poll(self, cursor, _began):
            raise RetryLater("the server cannot be reached", "it is tried again")

    harness.platforms["town"] = Deaf()
    harness.mention_poller.step(harness.account())
    harness.clock.advance(2 * HOUR)
    assert "cannot read replies (since Mon 02 Mar 10:00 EET): the server cannot be reached" in told(
        harness
    )
    assert record(found(harness), {}, running=True)["accounts"][0]["trouble_since"] == (
        "2026-03-02T08:00:00Z"
    )


def test_the_tip_of_the_next_slot(harness):
    """The next slots are told with the tips that they will bring, where that is known."""
    tips = {("mornings", MONDAY): "listen"}
    assert "Mon 02 Mar 2026 11:00 EET  mornings  listen" in told(harness, tips=tips)
    assert told(harness).endswith("Mon 02 Mar 2026 11:00 EET  mornings")
    assert record(replace(found(harness), tips=tips), {}, running=True)["next"] == [
        {"schedule": "mornings", "due": "2026-03-02T09:00:00Z", "tip": "listen"}
    ]


@pytest.mark.parametrize(("number", "said"), [(1, "1 reply"), (2, "2 replies"), (17, "17 replies")])
def test_how_many_replies_came(harness, number, said):
    """What came since the log was read is told with its number."""
    assert f"new since you read the log: {said}; see `tipsbot log`" in told(
        harness, new_entries=number
    )
    assert "new since" not in told(harness)


def test_what_fails_in_the_running_bot(harness):
    """Steps that fail are told while the bot runs, and not when they are those of a dead one."""
    failing = ("deliver:town: no space left",)
    assert "failing now; retried:\n  deliver:town: no space left" in told(harness, failing=failing)
    standing = replace(found(harness), failing=failing)
    assert not any(
        "failing" in line for line in lines(standing, ZoneInfo("UTC"), {}, running=False)
    )


@pytest.mark.parametrize(
    ("number", "noun", "plural", "said"),
    [
        (0, "tip", None, "0 tips"),
        (1, "tip", None, "1 tip"),
        (2, "tip", None, "2 tips"),
        (1, "reply", "replies", "1 reply"),
        (0, "reply", "replies", "0 replies"),
        (11, "reply", "replies", "11 replies"),
    ],
)
def test_numbers_of_things(number, noun, plural, said):
    """One of a thing is one thing."""
    assert counted(number, noun, plural) == said


def said(name, to=None, by="ada", **changes):
    """Something that was said by somebody, numbered by its name."""
    author = Author(name=by, key=by)
    return entry(id=int(name), remote_id=name, in_reply_to=to, author=author, **changes)


@pytest.mark.parametrize(
    ("entries", "open_"),
    [
        ([said("1")], {1}),
        ([said("1"), said("2", "1", by="bob")], {2}),
        ([said("1"), said("2", "1", by="ada")], {1, 2}),
        ([said("1"), said("2", "1", by="us", ours=True)], set()),
        ([said("1"), said("2", "elsewhere", by="bob")], {1, 2}),
        ([said("1"), said("2", "1", by="bob", account="village")], {1, 2}),
        ([said("1"), erased_entry(said("2", "1", by="bob"))], {1}),
        ([said("1", ours=True), said("2", "1", by="bob")], {2}),
        ([said("1", standing=Standing.HIDDEN), said("2", "1", by="bob")], {2}),
        ([said("1"), said("2", standing=Standing.HELD)], {1, 2}),
    ],
)
def test_what_nobody_answered(entries, open_):
    """An answer is somebody else's, on the same network, and still there."""
    assert unanswered(entries) == open_


def test_unanswered_replies_are_marked_in_the_log(harness):
    """In the terminal they are marked, and with `--unanswered` nothing else is shown."""
    with harness.store.writing() as tx:
        for one in (said("1"), said("2", "1", by="bob")):
            tx.log.keep(one, EIGHT)
    withholder = FreshnessFilter(config=config(), capabilities_of=lambda _: traits())
    for only, heads in ((False, [("ada", False), ("bob", True)]), (True, [("bob", True)])):
        formatter = LogFormatter(
            form="text", withholder=withholder, now=lambda: MONDAY, unanswered=only
        )
        with harness.store.reading() as tx:
            _, written = formatter.whole(tx)
        marks = [(line.split()[1], "unanswered" in line) for line in written if " on town," in line]
        assert marks == heads
