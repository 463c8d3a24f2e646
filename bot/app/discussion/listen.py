"""Listening: what was said since the cursor, into the log, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.app.discussion.ingest import take_in
from bot.app.discussion.polling import is_spent, note_stir
from bot.app.discussion.read_threads import wake_one, wake_threads
from bot.app.posting.holds import hold_account
from bot.core.datetimes import iso
from bot.core.discussion.backoff import SOON
from bot.core.discussion.pseudonyms import Pseudonyms
from bot.core.errors import OverBudget, PlatformError, Unauthorised
from bot.core.model.config import Account
from bot.core.model.entry import Entry
from bot.core.ports.account_store import AccountRecord
from bot.core.ports.platform import AncestorReader, Batch, Clock, Listener
from bot.core.ports.unit_of_work import Store, UnitOfWork

log = structlog.get_logger()

NOTED = timedelta(minutes=5)
"""How old the note of the last hearing may grow while nothing is said."""

DEAF = timedelta(hours=1)
"""How long listening may fail before a person is asked for."""

MOST_ASKED = 10
"""Of so many answers in one batch at most the network is asked where they stand."""

MOST_BATCHES = 50
"""So many batches in one step at most; what is left comes with the next step."""


def deaf_key(account: str) -> str:
    """The name of the note that says since when listening has failed."""
    return f"listening fails since:{account}"


def deaf_since(tx: UnitOfWork, account: str) -> datetime | None:
    """Since when listening has failed for a reason that may last; None where it has not."""
    since = tx.notes.get(deaf_key(account))
    if since is None or tx.accounts.get(account).trouble is None:
        return None
    return datetime.fromisoformat(since)


@dataclass(frozen=True, kw_only=True, slots=True)
class MentionPoller:
    """Listens on one account at a time; `listener` gives its door, or None where it has none.

    `cost_factor` is how much longer than elsewhere to wait where looking at a thread costs money.
    """

    store: Store
    clock: Clock
    pseudonyms: Pseudonyms
    listener: Callable[[str], Listener | None]
    cost_factor: Callable[[Account], float] = lambda _: 1.0

    def step(self, account: Account) -> int:
        """Take in what was said since last time; returns how many entries are new or changed."""
        listener = self.listener(account.name)
        if listener is None or self._is_spent(account):
            return 0
        changed = 0
        try:
            for _ in range(MOST_BATCHES):
                batch, kept = self._take_in(listener, account)
                changed += kept
                if not batch.more:
                    break
        except PlatformError as error:
            self._trouble(account, str(error), lasts=not isinstance(error, OverBudget))
            if isinstance(error, Unauthorised):
                self._hold(account, error)
        return changed

    def _hold(self, account: Account, error: Unauthorised) -> None:
        """Without credentials nothing can be posted, either."""
        now = self.clock.now()
        with self.store.writing() as tx:
            hold_account(tx, account, error, now)

    def _take_in(self, listener: Listener, account: Account) -> tuple[Batch, int]:
        """One batch: its entries and its cursor in one transaction."""
        with self.store.reading() as tx:
            known, pending = tx.accounts.get(account.name), pending_replies(tx, account.name)
        batch = listener.poll(known.cursor)
        now = self.clock.now()
        if _is_old_news(batch, known, now) and pending == (batch.pending or 0):
            return batch, 0
        loose: list[Entry] = []
        with self.store.writing() as tx:
            tx.notes.put(_pending_note(account.name), str(batch.pending or "") or None, now)
            kept = take_in(tx, batch.entries, now, pseudonyms=self.pseudonyms, to_us=True)
            tx.accounts.heard(account.name, batch, now)
            tx.accounts.spend(account.name, "listen", batch.cost, now)
            if kept:
                note_stir(tx, account.name, now)
                loose = wake_threads(tx, batch.entries, now, self._soon(account, now))
        if kept:
            log.info("heard", account=account.name, entries=kept)
        self._wake_above(listener, account, loose)
        for gap in batch.unheard:
            log.warning("unheard", account=account.name, what=gap)
        return batch, kept

    def _wake_above(self, listener: Listener, account: Account, loose: Iterable[Entry]) -> None:
        """Have the threads looked at in which somebody answered what was never heard."""
        if not isinstance(listener, AncestorReader):
            return
        found = []
        for entry in [entry for entry in loose if entry.root is None][:MOST_ASKED]:
            try:
                found.append(listener.ancestors(entry.remote_id))
            except PlatformError as error:
                log.info("thread_unknown", account=account.name, reason=str(error))
        if not any(found):
            return
        now = self.clock.now()
        with self.store.writing() as tx:
            for above in found:
                wake_one(tx, account.name, above, now, self._soon(account, now))

    def _soon(self, account: Account, now: datetime) -> datetime:
        return now + SOON * self.cost_factor(account)

    def _is_spent(self, account: Account) -> bool:
        """Whether this month's money is used up, so that reading has to wait."""
        with self.store.reading() as tx:
            spent = is_spent(tx, account, self.clock.now())
        if spent:
            self._trouble(account, f"this month's ${account.monthly_budget} are spent", lasts=False)
        return spent

    def _trouble(self, account: Account, trouble: str, *, lasts: bool) -> None:
        """Note what stands in the way and, if that may last, since when; say it once.

        A month's budget ends with its month, and a server that cannot be reached may stay so.
        """
        with self.store.reading() as tx:
            known = tx.accounts.get(account.name).trouble
            since = tx.notes.get(deaf_key(account.name)) if known is not None else None
        if known == trouble and (since is not None or not lasts):
            return
        now = self.clock.now()
        with self.store.writing() as tx:
            tx.accounts.set_trouble(account.name, trouble)
            tx.notes.put(deaf_key(account.name), (since or iso(now)) if lasts else None, now)
        if known != trouble:
            log.warning("cannot_listen", account=account.name, reason=trouble)


def pending_replies(tx: UnitOfWork, account: str) -> int:
    """How many replies wait for the account's approval on its network, as last heard."""
    return int(tx.notes.get(_pending_note(account)) or 0)


def _pending_note(account: str) -> str:
    return f"replies to approve: {account}"


def _is_old_news(batch: Batch, known: AccountRecord, now: datetime) -> bool:
    """Whether a batch is not worth a write: silence at no cost, as was noted a short while ago."""
    silent = batch.cursor == known.cursor and not (batch.entries or batch.unheard or batch.cost)
    noted = known.heard_at is not None and now - known.heard_at < NOTED
    return silent and noted and known.trouble is None
