"""The discussion for people and programs: threads by tip, and one line of JSON an entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.app.known import known_tip
from bot.app.record import Record, picked, whole
from bot.core.config import Config
from bot.core.discussion import Entry, Standing, Thread, threads
from bot.core.memory import Store

FIELDS = (
    "id",
    "tip",
    "account",
    "platform",
    "remote_id",
    "kind",
    "author",
    "text",
    "warning",
    "withheld",
    "at",
    "in_reply_to",
    "visibility",
    "standing",
    "url",
    "edited_at",
    "deleted_at",
)
"""The fields of a record, in their order."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Discussion:
    """What was said about one tip (None: under no tip), as threads."""

    tip: str | None
    title: str
    threads: tuple[Thread, ...]


def discussions(config: Config, entries: list[Entry]) -> Iterator[Discussion]:
    """Entries by tip, in the order of each tip's first entry; those under no tip come last."""
    by_tip: dict[str | None, list[Entry]] = {}
    for entry in entries:
        by_tip.setdefault(entry.tip, []).append(entry)
    for tip in sorted(by_tip, key=lambda one: one is None):
        known = config.library.get(tip) if tip is not None else None
        title = "Under no tip" if tip is None else (known.title if known else tip)
        found = threads(by_tip[tip])
        if found:
            yield Discussion(tip=tip, title=title, threads=found)


def unanswered(entries: Iterable[Entry]) -> frozenset[int]:
    """The numbers of what people said that nobody else answered, the bot included.

    What the operator took away asks for no answer.
    """
    known = {(one.account, one.remote_id): one for one in entries}
    answered = {
        parent.id
        for one in known.values()
        if one.is_legible and (parent := known.get((one.account, one.in_reply_to or "")))
        if _speaker(parent) != _speaker(one)
    }
    asking = (one for one in known.values() if one.is_legible and not one.ours)
    return frozenset(one.id for one in asking if one.standing is not Standing.HIDDEN) - answered


def _speaker(entry: Entry) -> tuple[bool, str]:
    author = entry.author
    return entry.ours, author.key or author.handle or author.name


def record(entry: Entry, platforms: Mapping[str, str]) -> Record:
    """The entry as a flat record, its author by the handle where there is one."""
    told = whole(entry, platforms)
    return picked(told | {"author": told["handle"] or told["author"]}, FIELDS)


def known_or_discussed(config: Config, store: Store, tip: str) -> None:
    """Raise UsageError for a tip that is neither in the file nor in the log."""
    with store.reading() as tx:
        if not tx.shown.size(tip):
            known_tip(config, tip)
