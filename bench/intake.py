"""Taking in what people said, batch by batch."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import structlog

from bench.figure import Figure, Scale
from bench.parts import Parts, parts
from bench.talk import talk
from bot.app.discussion.listen import MentionPoller
from bot.core.discussion.pseudonyms import Pseudonyms
from bot.core.model.entry import Entry
from bot.core.ports.platform import Batch

HOW = """The verb that listens takes made replies, half of them to other replies, from a listener
that hands out 80 at a time, as many as a page of Mastodon has at most, into a database on disk: one
transaction a batch, with its cursor. Then it is handed all of them once more, of which none may be
kept a second time."""

PAGE = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A `Listener` that has everything ready."""

    entries: Sequence[Entry]

    def poll(self, cursor: str | None) -> Batch:
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
        said = list(talk(count, bot.config.library.tips[0].id))
        yield _taken_in(bot, "new", said, count)
        yield _taken_in(bot, "known", said * 2, 0)


def _taken_in(bot: Parts, what: str, said: Sequence[Entry], expected: int) -> Figure:
    """Take in all that was said since the last time, of which so many are to be kept."""
    listener = Said(entries=said)
    mention_poller = MentionPoller(
        store=bot.database.store,
        clock=bot.clock,
        pseudonyms=Pseudonyms(b"bench"),
        listener=lambda _: listener,
    )
    before, start, kept = _cursor(bot), perf_counter(), 0
    while _cursor(bot) < len(said):
        kept += mention_poller.step(bot.site)
    count, taken = len(said) - before, perf_counter() - start
    if kept != expected:
        raise SystemExit(f"{kept} of {count} {what} entries were kept instead of {expected}")
    return Figure(name=f"{count:,} {what} entries taken in", value=count / taken, unit="entries/s")


def _cursor(bot: Parts) -> int:
    """How far it was listened."""
    with bot.database.store.reading() as tx:
        return int(tx.accounts.get(bot.site.name).cursor or 0)
