"""Reads the answers below our posts, also those that do not mention the bot."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.app.discussion.ingest import take_in
from bot.app.discussion.listen import backoff_until, cost_factor, is_budget_spent
from bot.app.notes import LAST_ACTIVITY
from bot.core.discussion.backoff import SOON, next_look
from bot.core.discussion.people import Pseudonyms
from bot.core.errors import PlatformError, Refused
from bot.core.model.capabilities import Capabilities
from bot.core.model.config import Account
from bot.core.ports.discussion_store import WatchedThread
from bot.core.ports.platform import Batch, Clock, ThreadReader
from bot.core.ports.unit_of_work import Store, UnitOfWork

log = structlog.get_logger()

MOST_THREADS = 10
"""The most threads in one step; the next step reads the others."""
MOST_BATCHES = 20
"""The most batches of one thread in one step; the next step reads the rest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ThreadPoller:
    """Reads below our posts; `threads` gives an account's port, or None where it has none."""

    store: Store
    clock: Clock
    pseudonyms: Pseudonyms
    threads: Callable[[str], ThreadReader | None]
    capabilities_of: Callable[[Account], Capabilities]

    def step(self, account: Account) -> int:
        """Read the threads that are due; returns how many entries are new or changed."""
        port = self.threads(account.name)
        if port is None:
            return 0
        changed = 0
        for watched in self._due(account):
            try:
                changed += self._read(port, account, watched)
            except Refused as error:
                self._leave(account, watched, error)
            except PlatformError as error:
                self._put_off(account, watched, error)
                break
        return changed

    def _due(self, account: Account) -> list[WatchedThread]:
        """The threads to read now; nothing is written where nothing was posted since."""
        now = self.clock.now()
        with self.store.reading() as tx:
            is_behind = tx.threads.is_behind(account.name)
        if is_behind:
            with self.store.writing() as tx:
                tx.threads.follow(account.name)
        with self.store.reading() as tx:
            if is_budget_spent(tx, account, now):
                return []
            return list(tx.threads.due(account.name, now, MOST_THREADS))

    def _read(self, port: ThreadReader, account: Account, watched: WatchedThread) -> int:
        """One thread from its cursor on, batch by batch."""
        changed = 0
        for _ in range(MOST_BATCHES):
            batch = port.read_thread(watched.remote_id, watched.cursor)
            watched, kept = self._take_in(account, watched, batch)
            changed += kept
            if not batch.more:
                break
        if changed:
            log.info("heard", account=account.name, entries=changed)
        return changed

    def _take_in(
        self, account: Account, watched: WatchedThread, batch: Batch
    ) -> tuple[WatchedThread, int]:
        """One batch: its entries, the thread's cursor and its next look in one transaction."""
        now = self.clock.now()
        with self.store.writing() as tx:
            kept = take_in(tx, batch.entries, now, pseudonyms=self.pseudonyms, to_us=False)
            if kept:
                LAST_ACTIVITY.write(tx, now, now, account.name)
            stirred = now if kept else _stirred_at(tx, watched)
            fresh = replace(watched, cursor=batch.cursor, stirred_at=stirred)
            fresh = replace(fresh, look_at=now if batch.more else self._next(account, fresh, now))
            tx.threads.looked(fresh)
            tx.accounts.spend(account.name, "threads", batch.cost, now)
            if batch.unheard:
                tx.accounts.unheard(account.name, batch.unheard, now)
        for gap in batch.unheard:
            log.warning("unheard", account=account.name, what=gap)
        return fresh, kept

    def _next(self, account: Account, watched: WatchedThread, now: datetime) -> datetime | None:
        factor = cost_factor(self.capabilities_of(account))
        return next_look(now, watched.at, watched.stirred_at, cost_factor=factor)

    def _leave(self, account: Account, watched: WatchedThread, error: Refused) -> None:
        """Our post is gone: its thread is not read any more."""
        with self.store.writing() as tx:
            tx.threads.looked(replace(watched, look_at=None))
        log.info("thread_gone", account=account.name, post=watched.remote_id, reason=str(error))

    def _put_off(self, account: Account, failed: WatchedThread, error: PlatformError) -> None:
        """Postpone all threads that are due; the one that failed comes last."""
        now = self.clock.now()
        until = backoff_until(account, error, now)
        with self.store.writing() as tx:
            tx.threads.put_off(account.name, now, until)
            tx.threads.put_off(account.name, now, until + SOON, failed.remote_id)


def _stirred_at(tx: UnitOfWork, watched: WatchedThread) -> datetime:
    """Its last activity, which may be later than when reading began."""
    known = tx.threads.get(watched.account, watched.remote_id)
    return max(watched.stirred_at, known.stirred_at) if known else watched.stirred_at
