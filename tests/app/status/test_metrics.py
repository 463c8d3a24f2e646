"""Figures for programs that watch over the bot."""

from __future__ import annotations

from bot.app.status.metrics import HeardCounts
from bot.core.model.entry import EntryKind, erased
from tests.core.samples import HOUR, entry


def test_each_entry_is_counted_once(harness):
    """However often somebody asks, and whatever became of it, an entry counts once."""
    heard, now = HeardCounts(), harness.clock.now()
    with harness.store.writing() as tx:
        tx.log.keep(entry("1"), now)
    with harness.store.writing() as tx:
        assert heard.counts(tx) == {("town", EntryKind.REPLY): 1}
        tx.log.keep(erased(entry("1"), now + HOUR), now + HOUR)
        tx.log.keep(entry("2", kind=EntryKind.MENTION), now)
    with harness.store.reading() as tx:
        found = [heard.counts(tx), heard.counts(tx), tx.log.kinds()]
    assert found == [{("town", EntryKind.REPLY): 1, ("town", EntryKind.MENTION): 1}] * 3
