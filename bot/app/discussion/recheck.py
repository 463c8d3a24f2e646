"""Checks stored entries again: picks up edits, and erases what was deleted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.app.accounts.refresh_limits import source_of
from bot.app.discussion.ingest import take_in
from bot.app.discussion.listen import backoff_until, cost_factor, is_budget_spent
from bot.app.notes import SERVER
from bot.core.discussion.backoff import SOON, next_look
from bot.core.discussion.freshness import next_check
from bot.core.discussion.people import Pseudonyms
from bot.core.errors import PlatformError
from bot.core.model.capabilities import Capabilities
from bot.core.model.config import Account
from bot.core.model.entry import Entry, erased
from bot.core.ports.platform import Checked, Clock, EntryChecker
from bot.core.ports.unit_of_work import Store

log = structlog.get_logger()

BATCH = 20
"""How many entries are checked together: as many as Mastodon shows at once."""
MOST_BATCHES = 5
"""The most batches in one step; the next step does the rest."""
UNSEEN = timedelta(hours=1)
"""How long a batch waits of which no entry could be checked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rechecker:
    """Checks entries; `checks` gives an account's port, or None where it has none."""

    store: Store
    clock: Clock
    pseudonyms: Pseudonyms
    checks: Callable[[str], EntryChecker | None]
    capabilities_of: Callable[[Account], Capabilities]

    def step(self, account: Account) -> int:
        """Check the entries that are due; returns how many had changed."""
        port = self.checks(account.name)
        if port is None:
            return 0
        after = heard_before(self.store, account, self.clock.now())
        changed = 0
        try:
            for _ in range(MOST_BATCHES):
                kept, is_more = self._look(port, account, after)
                changed += kept
                if not is_more:
                    break
        except PlatformError as error:
            self._put_off(account, error)
        if changed:
            log.info("rechecked", account=account.name, changed=changed)
        return changed

    def _look(self, port: EntryChecker, account: Account, after: int) -> tuple[int, bool]:
        """One batch: how many had changed, and whether another is worth asking for."""
        due = self._due(account, after)
        if not due:
            return 0, False
        ripe = self._ripe(account, due)
        if not ripe:
            return 0, True
        found = port.check([entry.remote_id for entry in ripe])
        return self._take_in(account, ripe, found)

    def _ripe(self, account: Account, due: Sequence[Entry]) -> Sequence[Entry]:
        """Those that are worth their price now; the others wait until they are."""
        now, fresh_for = self.clock.now(), self.capabilities_of(account).fresh_for
        if fresh_for is None:
            return due
        moments = {entry: next_check(entry, account, fresh_for, now) for entry in due}
        early = {entry: at for entry, at in moments.items() if at is None or at > now}
        if early:
            with self.store.writing() as tx:
                for entry, at in early.items():
                    tx.log.put_off(account.name, now, at, [entry.remote_id])
        return [entry for entry in due if entry not in early]

    def _due(self, account: Account, after: int) -> Sequence[Entry]:
        """The next entries to check. Where that costs money, the first check comes later, too."""
        now = self.clock.now()
        later = SOON * (cost_factor(self.capabilities_of(account)) - 1)
        with self.store.reading() as tx:
            if is_budget_spent(tx, account, now):
                return ()
            return tx.log.due_checks(account.name, now - later, BATCH, after)

    def _take_in(self, account: Account, due: Sequence[Entry], found: Checked) -> tuple[int, bool]:
        """One batch in one transaction: how many had changed, and whether all were seen."""
        now = self.clock.now()
        there = {entry.remote_id: entry for entry in found.entries}
        seen = [entry for entry in due if entry.remote_id in there.keys() | found.gone]
        changed = 0
        with self.store.writing() as tx:
            for entry in seen:
                fresh = there.get(entry.remote_id) or erased(entry, now)
                changed += take_in(tx, [fresh], now, pseudonyms=self.pseudonyms, to_us=False)
                again = self._next(account, fresh, now)
                tx.log.checked(account.name, entry.remote_id, now, again)
            # These would stand in the way of all others.
            if waiting := found.failed if seen else {one.remote_id for one in due}:
                tx.log.put_off(account.name, now, now + UNSEEN, sorted(waiting))
            tx.accounts.spend(account.name, "recheck", found.cost, now)
        return changed, len(seen) == len(due)

    def _next(self, account: Account, entry: Entry, now: datetime) -> datetime | None:
        if not entry.is_legible:
            return None
        traits = self.capabilities_of(account)
        if traits.fresh_for is not None:
            seen = replace(entry, checked_at=now)
            return next_check(seen, account, traits.fresh_for, now)
        return next_look(now, entry.at, entry.edited_at, cost_factor=cost_factor(traits))

    def _put_off(self, account: Account, error: PlatformError) -> None:
        now = self.clock.now()
        until = backoff_until(account, error, now)
        with self.store.writing() as tx:
            tx.log.put_off(account.name, now, until)


def heard_before(store: Store, account: Account, now: datetime) -> int:
    """The last entry that may have been heard before the account moved to where it is now.

    What was heard elsewhere is not known here under its number, and is not gone for that.
    """
    here = source_of(account)
    with store.reading() as tx:
        noted = SERVER.read(tx, account.name)
    if noted is not None and noted[1] == here:
        return noted[0]
    with store.writing() as tx:
        last = tx.log.last_id() if noted else 0
        SERVER.write(tx, (last, here), now, account.name)
    return last
