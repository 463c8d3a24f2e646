"""The discussion for people and programs: threads by tip, and one line of JSON an entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.app.known import known_tip
from bot.core.config import Config
from bot.core.discussion import Entry, Thread, threads
from bot.core.memory import Store
from bot.core.when import iso


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


def record(entry: Entry, platforms: Mapping[str, str]) -> dict[str, str | int | bool | None]:
    """The entry as a flat record. `platforms` gives the kind of each account.

    A deleted or private entry has no text and no author, one that is withheld no text.
    """
    return {
        "id": entry.id,
        "tip": entry.tip,
        "account": entry.account,
        "platform": platforms.get(entry.account, entry.account),
        "remote_id": entry.remote_id,
        "kind": entry.kind.value,
        "author": entry.author.handle or entry.author.name or None,
        "text": entry.text,
        "withheld": entry.withheld,
        "at": iso(entry.at),
        "in_reply_to": entry.in_reply_to,
        "visibility": entry.visibility.value,
        "standing": entry.standing.value,
        "url": entry.url,
        "edited_at": iso(entry.edited_at) if entry.edited_at else None,
        "deleted_at": iso(entry.deleted_at) if entry.deleted_at else None,
    }


def known_or_discussed(config: Config, store: Store, tip: str) -> None:
    """Raise UsageError for a tip that is neither in the file nor in the log."""
    with store.reading() as tx:
        if not tx.shown.size(tip):
            known_tip(config, tip)
