"""Figures of the bot's work, for programs that watch over it for weeks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.app.report import RECENT, Status
from bot.core.delivery import State
from bot.core.discussion import EntryKind
from bot.core.memory import Store
from bot.core.slot import Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """How everything stands, and counts since the data directory was made.

    `deliveries` counts by account and state, `entries` by account and kind; `delays` are those of
    the posts of the last week, by account, shortest first.
    """

    status: Status
    slots: Mapping[Outcome, int]
    deliveries: Mapping[tuple[str, State], int]
    entries: Mapping[tuple[str, EntryKind], int]
    delays: Mapping[str, Sequence[timedelta]]


def figures(store: Store, standing: Status) -> Figures:
    """The figures that belong to how things stand."""
    with store.reading() as tx:
        delays: dict[str, list[timedelta]] = {}
        for account, delay in sorted(tx.ledger.delays(standing.at - RECENT)):
            delays.setdefault(account, []).append(delay)
        return Figures(
            status=standing,
            slots=tx.slots.counts(),
            deliveries=tx.ledger.counts(),
            entries=tx.log.kinds(),
            delays=delays,
        )
