"""Each trouble is told once, whatever happens to messages, processes and disks meanwhile."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.app.notes import FILE_TROUBLE
from bot.app.status.status import status
from bot.core.alerts.channel import Space
from bot.core.errors import OutcomeUnknown, RetryLater, SecretError, StoreError
from bot.core.model.alerts import Alerts
from bot.scheduler.timetable import ZonedTimetable
from bot.store import Database, open_store
from tests.app.alerts.conftest import Alerted
from tests.app.harness import EIGHT, Harness
from tests.core.samples import HOUR, MINUTE

FULL = Space(free=1_000_000, total=1_000_000_000)
ROOM = Space(free=900_000_000, total=1_000_000_000)


def trouble(alerted: Alerted, why: str | None = "the token is wrong") -> None:
    """Take an account's secrets away, or (None) give them back."""
    alerted.secrets = {} if why is None else {"town": why}


def test_once_and_once_when_it_is_over(alerted):
    """A trouble is told once, and its end once, in messages that say how many things need a person."""
    trouble(alerted)
    assert alerted.step() == ["missing secrets: town: the token is wrong"]
    assert alerted.step(HOUR) == []
    trouble(alerted, None)
    assert alerted.step() == ["over: missing secrets: town"]
    assert alerted.step(HOUR) == []
    titles = [one.title for one in alerted.channel.messages]
    assert titles == ["Tips: 1 thing needs you", "Tips: 1 thing is over"]


def test_without_the_section_nothing_is_sent(alerted):
    """A bot whose file has no `alerts:` tells nothing, and asks for no address."""
    trouble(alerted)
    alerted.sender.step(alerted.harness.config)
    assert alerted.channel.asked == 0


def test_what_was_noted_without_the_section_is_told_with_it(alerted):
    """A bot without alerts notes its troubles and tells none; with alerts it tells what is there."""
    harness = alerted.harness
    trouble(alerted)
    alerted.sender.note(harness.config)
    assert [one.trouble.name for one in alerted.sender.state().known] == ["town"]
    assert alerted.channel.asked == 0
    assert alerted.step() == ["missing secrets: town: the token is wrong"]
    trouble(alerted, None)
    alerted.sender.note(harness.config)
    assert all(one.gone_at for one in alerted.sender.state().known)


def test_a_restart_tells_nothing_again(alerted):
    """What was told is known after a restart, and its end is told then."""
    trouble(alerted)
    alerted.step()
    alerted.restart()
    assert alerted.step() == []
    trouble(alerted, None)
    alerted.restart()
    assert alerted.step() == ["over: missing secrets: town"]


@pytest.mark.parametrize(
    "error",
    [RetryLater("it is down"), OutcomeUnknown("no yes"), SecretError("TIPSBOT_ALERTS_URL")],
)
def test_a_channel_that_fails(alerted, error):
    """A message that fails raises nothing, is tried ever more rarely, and arrives in the end."""
    trouble(alerted)
    alerted.channel.fails = error
    with capture_logs() as logs:
        for _ in range(70):
            assert alerted.step() == []
    assert alerted.channel.asked == 7
    assert [one["event"] for one in logs] == ["alert_failed"]
    alerted.channel.fails = None
    assert alerted.step(HOUR) == ["missing secrets: town: the token is wrong"]


def test_a_failure_is_shown(alerted):
    """Why alerts cannot be sent is in the status until one arrives."""
    harness = alerted.harness
    config = replace(harness.config, alerts=Alerts())

    def problem() -> str | None:
        return status(harness.store, ZonedTimetable(), config, harness.clock.now()).alerts_problem

    trouble(alerted)
    alerted.channel.fails = RetryLater("it is down")
    alerted.step()
    assert problem() == "it is down"
    alerted.channel.fails = None
    alerted.step(HOUR)
    assert problem() is None


class Crashed(BaseException):
    """The process ends."""


def test_a_crash_while_a_message_is_sent(alerted):
    """After a crash between the sending and its note the message comes again, and not at once."""
    trouble(alerted)
    alerted.channel.fails = Crashed()
    with pytest.raises(Crashed):
        alerted.step()
    alerted.channel.fails = None
    alerted.restart()
    assert alerted.step(MINUTE / 2) == []
    assert alerted.step(MINUTE / 2) == ["missing secrets: town: the token is wrong"]


def test_two_processes(alerted):
    """Of two processes that look at the same moment one tells, and the other does not."""
    other = Alerted(harness=alerted.harness)
    trouble(alerted)
    trouble(other)
    first = alerted.channel

    class Meanwhile(type(first)):  # type: ignore[misc]
        """A channel on which the other process looks while a message is sent."""

        def send(self, message):
            """Let the other one look, and keep the message."""
            other.step(MINUTE / 6)
            super().send(message)

    alerted.channel = Meanwhile()
    alerted.restart()
    alerted.step()
    other.step()
    assert (len(alerted.channel.messages), other.channel.messages) == (1, [])


def test_never_through_the_account_in_trouble(alerted):
    """A trouble of an account at the channel's own address is logged in place of a message."""
    trouble(alerted)
    alerted.file_problem = "tips.yaml: no title"
    alerted.channel.shared_with = frozenset({"town"})
    with capture_logs() as logs:
        sent = [*alerted.step(), *alerted.step(), *alerted.step()]
    assert sent == [
        "broken tips file: tips.yaml: tips.yaml: no title; the last good one is in use; correct it"
    ]
    withheld = [one for one in logs if one["event"] == "alert_withheld"]
    assert [one["account"] for one in withheld] == ["town"]


def allow(database: Database, pages: int) -> None:
    """Let the database have so many pages more; with none, what is there is filled up."""
    with database.engine.connect() as connection:
        count = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={count + pages}")
    with suppress(StoreError):
        for number in range(0 if pages else 1000):
            with database.store.writing() as tx:
                tx.notes.put(f"filling {number}", "x" * 500, EIGHT)


def test_a_full_disk_is_told_although_nothing_can_be_noted(tmp_path):
    """Where the database takes nothing any more the alert is sent all the same, and once."""
    database = open_store(tmp_path)
    alerted = Alerted(harness=Harness(database=database))
    alerted.space = FULL
    alerted.step()
    allow(database, pages=0)
    sent = [line for _ in range(10) for line in alerted.step()]
    assert sent == [
        (
            "disk filling up: data directory: 1 MB of 1.0 GB are free; "
            "make room: a bot that cannot write posts nothing"
        )
    ]
    alerted.space = ROOM
    allow(database, pages=100_000)
    assert alerted.step() == ["over: disk filling up: data directory"]
    alerted.restart()
    assert alerted.step() == []
    database.close()


def test_a_file_that_is_edited(alerted):
    """A mistake that the next save corrects within a minute is not told."""
    with alerted.harness.store.writing() as tx:
        FILE_TROUBLE.write(tx, "tips.yaml: no title", EIGHT)
    assert alerted.step(MINUTE / 3) == []
    with alerted.harness.store.writing() as tx:
        FILE_TROUBLE.write(tx, None, EIGHT)
    assert [alerted.step(MINUTE / 3) for _ in range(9)] == [[]] * 9
