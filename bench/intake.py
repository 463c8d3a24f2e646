"""Storing replies, batch by batch."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

import structlog

from bench.figure import Figure, Scale
from bench.parts import Parts, parts
from bench.replies import replies
from bot.app.discussion.listen import MentionPoller
from bot.core.discussion.people import Pseudonyms
from bot.core.model.entry import Entry
from bot.core.ports.platform import Batch

HOW = """The mention poller stores generated replies, half of them to other replies, from a listener
with pages of 80, the largest of Mastodon, in a database on disk: one transaction a batch, with its
cursor. Then it polls all of them once more, and none may be stored a second time."""

PAGE = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadyListener:
    """A `Listener` with prepared entries."""

    entries: Sequence[Entry]

    def poll(self, cursor: str | None, began: datetime | None = None) -> Batch:  # noqa: ARG002 - it begins at its beginning
        """The next page after the cursor, which is a position."""
        begin = int(cursor or 0)
        end = min(begin + PAGE, len(self.entries))
        return Batch(
            entries=tuple(self.entries[begin:end]), cursor=str(end), more=end < len(self.entries)
        )


def measure(scale: Scale) -> Iterator[Figure]:
    """Entries a second, new and known ones."""
    count = scale.of(5000, 200)
    with parts(1) as bot:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        entries = list(replies(count, bot.config.library.tips[0].id))
        yield _stored(bot, "new", entries, count)
        yield _stored(bot, "known", entries * 2, 0)


def _stored(bot: Parts, what: str, entries: Sequence[Entry], expected: int) -> Figure:
    """Store all new entries, of which `expected` are to be stored."""
    listener = ReadyListener(entries=entries)
    mention_poller = MentionPoller(
        store=bot.database.store,
        clock=bot.clock,
        pseudonyms=Pseudonyms(b"bench"),
        listener=lambda _: listener,
    )
    before, start, kept = _cursor(bot), perf_counter(), 0
    while _cursor(bot) < len(entries):
        kept += mention_poller.step(bot.site)
    count, elapsed = len(entries) - before, perf_counter() - start
    if kept != expected:
        raise SystemExit(f"{kept} of {count} {what} entries were kept instead of {expected}")
    return Figure(name=f"{count:,} {what} entries stored", value=count / elapsed, unit="entries/s")


def _cursor(bot: Parts) -> int:
    """The position of the stored cursor."""
    with bot.database.store.reading() as tx:
        return int(tx.accounts.get(bot.site.name).cursor or 0)
