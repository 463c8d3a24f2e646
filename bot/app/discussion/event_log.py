"""The event log: each event of the discussion once, as a line of a file, without erased words.

The file is its own cursor: a bot that was killed continues after the last whole line.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from bot.core.datetimes import iso
from bot.core.model.entry import Change, Entry, EntryEvent
from bot.core.ports.discussion_store import EventLog, Fields
from bot.core.ports.unit_of_work import Store, UnitOfWork

Value: TypeAlias = str | int | bool | None
Record: TypeAlias = dict[str, Value]

AT_ONCE = 500
"""How many events are read and written at once."""

FIELDS = (
    "account",
    "remote_id",
    "platform",
    "tip",
    "kind",
    "author",
    "handle",
    "profile",
    "text",
    "warning",
    "url",
    "said_at",
    "in_reply_to",
    "visibility",
    "standing",
    "edited_at",
    "deleted_at",
)
"""The fields of the entry in a line, in this order, after those of the event."""

MOST_ROUNDS = 20
"""The most rounds in one step; the next step writes the rest."""


def whole(entry: Entry, platforms: Mapping[str, str]) -> Record:
    """Every field of an entry; what is empty or unknown is None, except `text`.

    `platforms` gives the kind of each account. Foreign words are as they were heard. A deleted or
    private entry has neither text nor author, one that is withheld no text.
    """
    author = entry.author
    return {
        "id": entry.id,
        "tip": entry.tip,
        "account": entry.account,
        "platform": platforms.get(entry.account, entry.account),
        "remote_id": entry.remote_id,
        "in_reply_to": entry.in_reply_to,
        "kind": entry.kind.value,
        "ours": entry.ours,
        "author": author.name or None,
        "handle": author.handle or None,
        "profile": author.url,
        "text": entry.text,
        "warning": entry.warning or None,
        "withheld": entry.withheld,
        "language": entry.language,
        "url": entry.url,
        "visibility": entry.visibility.value,
        "standing": entry.standing.value,
        "at": iso(entry.at),
        "edited_at": _iso(entry.edited_at),
        "deleted_at": _iso(entry.deleted_at),
    }


def picked(record: Record, fields: Iterable[str]) -> Record:
    """These fields of a record, in this order."""
    return {field: record[field] for field in fields}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else iso(moment)


@dataclass(kw_only=True, slots=True)
class EventLogWriter:
    """Appends the events since the last line; one writer at a time for each file."""

    store: Store
    book: EventLog
    _written: int | None = field(default=None, init=False)

    def step(self, platforms: Mapping[str, str]) -> int:
        """Write what is new; returns how many lines. `platforms` gives the kind of each account.

        Raises StoreError where database or file cannot be used; no event is lost by that.
        """
        lines = 0
        for _ in range(MOST_ROUNDS):
            found = self._round(platforms)
            lines += found
            if found < AT_ONCE:
                break
        return lines

    def _round(self, platforms: Mapping[str, str]) -> int:
        with self.store.reading() as tx:
            written = self._written if self._written is not None else _last(tx, self.book)
            events = tx.log.events(written, AT_ONCE)
            told = [(event, tx.log.get(event.entry)) for event in events]
        self._written = None  # if writing fails, only the file tells how far it came
        if gone := [_place(*one) for one in told if one[0].change is Change.DELETED]:
            self.book.blank(gone)
        if edited := [_place(*one) for one in told if one[0].change is Change.EDITED]:
            self.book.blank(edited, ["text", "warning"])
        self.book.append([line(event, entry, platforms) for event, entry in told])
        self._written = events[-1].id if events else written
        return len(events)


def _last(tx: UnitOfWork, book: EventLog) -> int:
    """The number of the last event in the file; 0 where it has none of this history.

    A restored database is older than the file: lines that are not in both are passed over, and the
    log continues after the last event that is in both.
    """
    for known in book.newest():
        number = known.get("event")
        events = tx.log.events(number - 1, 1) if isinstance(number, int) else ()
        if any(_head(event).items() <= known.items() for event in events):
            return events[0].id
    return 0


def _place(event: EntryEvent, entry: Entry | None) -> Fields:
    """Which lines tell of the same entry."""
    if entry is None:
        return {"entry": event.entry}
    return {"account": entry.account, "remote_id": entry.remote_id}


def _head(event: EntryEvent) -> Record:
    return {
        "event": event.id,
        "at": iso(event.at),
        "change": event.change.value,
        "entry": event.entry,
    }


def line(event: EntryEvent, entry: Entry | None, platforms: Mapping[str, str]) -> Fields:
    """An event with its entry as it is now; without words and names if it is not legible."""
    if entry is None:
        return _head(event) | {"tip": event.tip}
    told = whole(entry, platforms)
    told |= {"said_at": told["at"], "text": told["text"] or None}
    return _head(event) | picked(told, FIELDS)
