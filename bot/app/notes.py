"""What the bot remembers between its steps, and tells other commands: one typed note each.

The names are stored: none of them may ever change.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from bot.core.datetimes import iso
from bot.core.model.lookup import SKEW
from bot.core.ports.unit_of_work import UnitOfWork

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Note(Generic[T]):
    """A value under a name; `{}` in the name stands for the account that it is about."""

    name: str
    from_text: Callable[[str], T]
    to_text: Callable[[T], str] = str

    def read(self, tx: UnitOfWork, account: str = "") -> T | None:
        """The value; None: nothing is noted."""
        text = tx.notes.get(self.name.format(account))
        return None if text is None else self.from_text(text)

    def write(self, tx: UnitOfWork, value: T | None, now: datetime, account: str = "") -> None:
        """Note a value; None: remove the note."""
        text = None if value is None else self.to_text(value)
        tx.notes.put(self.name.format(account), text, now)


def _moment(name: str) -> Note[datetime]:
    return Note(name, datetime.fromisoformat, datetime.isoformat)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """How long a network asked an account to wait: two notes, by their names.

    One that began after now was noted by a clock that ran ahead, and does not count.
    """

    until: str
    since: str

    def begin(self, tx: UnitOfWork, account: str, now: datetime, wait: timedelta) -> None:
        """Wait from now on."""
        _moment(self.since).write(tx, now, now, account)
        _moment(self.until).write(tx, now + wait, now, account)

    def end(
        self, tx: UnitOfWork, account: str, now: datetime, longest: timedelta
    ) -> datetime | None:
        """When it ends; None: there is nothing to wait for. None lasts longer than `longest`."""
        until = _moment(self.until).read(tx, account)
        if until is None or not now < until <= now + longest:
            return None
        since = _moment(self.since).read(tx, account)
        return None if since is not None and since > now + SKEW else until


def _server(text: str) -> tuple[int, str]:
    entry_id, _, server = text.partition(" ")
    return int(entry_id), server


#: why the running bot uses an older tips file
FILE_TROUBLE = Note("tips file", str)
#: what fails in the running bot just now, a line each
FAILING_STEPS = Note("failing steps", str.splitlines, "\n".join)
#: the newest entry that `tipsbot log` has shown on a terminal
LOG_READ = Note("log read", int)
#: the last event up to which erased words were removed from unused parts of the database file
COMPACTED = Note("erased words: compacted up to event", int)

#: the last entry that may have been read on another server, and the account's server and settings
SERVER = Note("place of {}", _server, lambda noted: f"{noted[0]} {noted[1]}")
#: until when the network takes no posts
POSTING_LIMITED = Wait(until="posting limited until: {}", since="posting limited since: {}")
#: when something was last said, or changed, on the account
LAST_ACTIVITY = Note("stirred:{}", datetime.fromisoformat, iso)
#: when the account was first listened to, whether or not its network answered
LISTENING_BEGAN = Note("listening began:{}", datetime.fromisoformat, iso)
#: since when listening has failed for a reason that may last
LISTENING_FAILS_SINCE = Note("listening fails since:{}", datetime.fromisoformat, iso)
#: how many replies wait for the account's approval on its network
REPLIES_TO_APPROVE = Note("replies to approve: {}", int)
#: why the account acknowledges nothing until the bot is started again
NOT_ACKNOWLEDGING = Note("not acknowledging: {}", str)
#: until when to acknowledge nothing
ACKNOWLEDGING_WAITS = Wait(until="acknowledging waits: {}", since="acknowledging waits since: {}")
#: the last entry that was considered for an acknowledgement
ACKNOWLEDGED_UP_TO = Note("acknowledged up to: {}", int)
