"""Metrics of the bot's work, for monitoring."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.app.status.status import RECENT, Status
from bot.core.model.delivery import State
from bot.core.model.entry import EntryKind
from bot.core.model.schedule import Outcome
from bot.core.ports.unit_of_work import Store, UnitOfWork


@dataclass(frozen=True, kw_only=True, slots=True)
class Metrics:
    """How everything stands, and counts since the data directory was made.

    `deliveries` counts by account and state, `entries` by account and kind; `delays` are those of
    the posts of the last week, by account, shortest first.
    """

    status: Status
    slots: Mapping[Outcome, int]
    deliveries: Mapping[tuple[str, State], int]
    entries: Mapping[tuple[str, EntryKind], int]
    delays: Mapping[str, Sequence[timedelta]]


class HeardCounts:
    """The number of entries by account and kind, counted on from the last call.

    Monitoring asks every few seconds, and counting a million entries takes one. Use it from one
    thread at a time.
    """

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, EntryKind]] = Counter()
        self._until = 0

    def counts(self, tx: UnitOfWork) -> Mapping[tuple[str, EntryKind], int]:
        """All that is in the log by now."""
        self._counts.update(tx.log.kinds(after=self._until))
        self._until = tx.log.last_id()
        return dict(self._counts)


def metrics_of(store: Store, standing: Status, heard: HeardCounts) -> Metrics:
    """The figures that belong to how things stand."""
    with store.reading() as tx:
        delays: dict[str, list[timedelta]] = {}
        for account, delay in sorted(tx.ledger.delays(standing.at - RECENT)):
            delays.setdefault(account, []).append(delay)
        return Metrics(
            status=standing,
            slots=tx.slots.counts(),
            deliveries=tx.ledger.counts(),
            entries=heard.counts(tx),
            delays=delays,
        )
