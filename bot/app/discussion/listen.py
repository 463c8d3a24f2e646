"""Listening: reads what people said since the cursor, and decides when to ask a network again."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import structlog

from bot.app.discussion.ingest import take_in
from bot.app.notes import (
    LAST_ACTIVITY,
    LISTENING_BEGAN,
    LISTENING_FAILS_SINCE,
    REPLIES_TO_APPROVE,
)
from bot.app.posting.holds import hold_account
from bot.core.discussion.backoff import LONGEST, SOON, Budget, next_listening
from bot.core.discussion.people import Pseudonyms
from bot.core.errors import OverBudget, PlatformError, RetryLater, Unauthorised
from bot.core.model.capabilities import Capabilities
from bot.core.model.config import Account
from bot.core.model.delivery import State
from bot.core.model.entry import Entry
from bot.core.ports.account_store import AccountRecord
from bot.core.ports.platform import AncestorReader, Batch, Clock, Listener
from bot.core.ports.unit_of_work import Store, UnitOfWork

log = structlog.get_logger()

NOTED = timedelta(minutes=5)
"""How old the record of the last successful poll may become while nothing is said."""

LISTENING_MAY_FAIL = timedelta(hours=1)
"""How long listening may fail before the operator has to act."""

MOST_ASKED = 10
"""The most answers of one batch of which the network is asked what they answer."""

MOST_BATCHES = 50
"""The most batches in one step; the next step reads the rest."""

REST = timedelta(minutes=5)
"""How long to wait after a network could not be asked, unless it says how long."""

_CHEAP = timedelta(minutes=1)
"""How often an account is polled where that costs nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MentionPoller:
    """Listens on one account at a time."""

    store: Store
    clock: Clock
    pseudonyms: Pseudonyms
    #: the account's port for listening, or None where it has none
    listener: Callable[[str], Listener | None]
    #: how much longer than elsewhere to wait where reading a thread costs money
    cost_factor: Callable[[Account], float] = lambda _: 1.0

    def step(self, account: Account) -> int:
        """Take in what is new since the last step; returns how many entries are new or changed."""
        listener = self.listener(account.name)
        if listener is None or self._is_budget_spent(account):
            return 0
        changed = 0
        try:
            for _ in range(MOST_BATCHES):
                batch, kept = self._take_in(listener, account)
                changed += kept
                if not batch.more:
                    break
        except PlatformError as error:
            self._note_failure(account, str(error), lasts=not isinstance(error, OverBudget))
            if isinstance(error, Unauthorised):  # without credentials nothing can be posted, either
                now = self.clock.now()
                with self.store.writing() as tx:
                    hold_account(tx, account, error, now)
        return changed

    def _take_in(self, listener: Listener, account: Account) -> tuple[Batch, int]:
        """One batch: its entries and its cursor in one transaction."""
        name = account.name
        with self.store.reading() as tx:
            known, pending = tx.accounts.get(name), REPLIES_TO_APPROVE.read(tx, name)
            began = LISTENING_BEGAN.read(tx, name)
        if known.cursor is None and began is None:
            began = self._begin(name)
        batch = listener.poll(known.cursor, began)
        now = self.clock.now()
        if _has_no_news(batch, known, now) and pending == (batch.pending or None):
            return batch, 0
        loose: list[Entry] = []
        with self.store.writing() as tx:
            REPLIES_TO_APPROVE.write(tx, batch.pending or None, now, name)
            kept = take_in(tx, batch.entries, now, pseudonyms=self.pseudonyms, to_us=True)
            tx.accounts.heard(name, batch, now)
            tx.accounts.spend(name, "listen", batch.cost, now)
            if kept:
                LAST_ACTIVITY.write(tx, now, now, name)
                loose = _wake_threads(tx, batch.entries, now, self._soon(account, now))
        if kept:
            log.info("heard", account=name, entries=kept)
        self._wake_above(listener, account, loose)
        for gap in batch.unheard:
            log.warning("unheard", account=name, what=gap)
        return batch, kept

    def _begin(self, account: str) -> datetime:
        """Note that this account is listened to from now on, before its network is asked."""
        now = self.clock.now()
        with self.store.writing() as tx:
            LISTENING_BEGAN.write(tx, now, now, account)
        return now

    def _wake_above(self, listener: Listener, account: Account, loose: Iterable[Entry]) -> None:
        """Have the threads read in which somebody answered an entry that the log does not have."""
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
                _wake_first(tx, account.name, above, now, self._soon(account, now))

    def _soon(self, account: Account, now: datetime) -> datetime:
        return now + SOON * self.cost_factor(account)

    def _is_budget_spent(self, account: Account) -> bool:
        with self.store.reading() as tx:
            spent = is_budget_spent(tx, account, self.clock.now())
        if spent:
            trouble = f"this month's budget of ${account.monthly_budget} is spent"
            self._note_failure(account, trouble, lasts=False)
        return spent

    def _note_failure(self, account: Account, trouble: str, *, lasts: bool) -> None:
        """Note why listening fails and, if that may last, since when; log each reason once.

        A month's budget ends with its month; a server that cannot be reached may stay so.
        """
        with self.store.reading() as tx:
            known = tx.accounts.get(account.name).trouble
            since = LISTENING_FAILS_SINCE.read(tx, account.name) if known is not None else None
        if known == trouble and (since is not None or not lasts):
            return
        now = self.clock.now()
        with self.store.writing() as tx:
            tx.accounts.set_trouble(account.name, trouble)
            LISTENING_FAILS_SINCE.write(tx, (since or now) if lasts else None, now, account.name)
        if known != trouble:
            log.warning("cannot_listen", account=account.name, reason=trouble)


def listening_fails_since(tx: UnitOfWork, account: str) -> datetime | None:
    """Since when listening has failed for a reason that may last; None where it has not."""
    if tx.accounts.get(account).trouble is None:
        return None
    return LISTENING_FAILS_SINCE.read(tx, account)


def _has_no_news(batch: Batch, known: AccountRecord, now: datetime) -> bool:
    """Whether a batch is not worth a write: it is empty and free, and the last is not long ago."""
    silent = batch.cursor == known.cursor and not (batch.entries or batch.unheard or batch.cost)
    noted = known.heard_at is not None and now - known.heard_at < NOTED
    return silent and noted and known.trouble is None


def _wake_threads(
    tx: UnitOfWork, entries: Iterable[Entry], now: datetime, look_at: datetime
) -> list[Entry]:
    """Have the threads of these entries read again, by `look_at` at the latest.

    Returns the answers that are part of no thread of ours as far as is known.
    """
    return [
        entry
        for entry in entries
        if not _wake_first(tx, entry.account, _ancestors(tx, entry), now, look_at)
        and entry.in_reply_to is not None
    ]


def _wake_first(
    tx: UnitOfWork, account: str, remote_ids: Iterable[str], now: datetime, look_at: datetime
) -> bool:
    """Have the first of these that is a thread of ours read again; whether one of them is."""
    return any(tx.threads.wake(account, one, now, look_at) for one in remote_ids)


def _ancestors(tx: UnitOfWork, entry: Entry) -> Iterator[str]:
    """The remote ids of what an entry answers, as far as is known."""
    if entry.root is not None:
        yield entry.root
    seen: set[str] = set()
    above = entry.in_reply_to
    while above is not None and above not in seen:
        yield above
        seen.add(above)
        parent = tx.log.find(entry.account, above)
        above = parent.in_reply_to if parent else None


def is_budget_spent(tx: UnitOfWork, account: Account, now: datetime) -> bool:
    """Whether this month's budget is used up, so that reading has to wait."""
    budget = account.monthly_budget
    return budget is not None and tx.accounts.spent(account.name, now) >= budget


def cost_factor(traits: Capabilities) -> float:
    """How much longer to wait between reads than where they are free."""
    return max(1.0, traits.poll / _CHEAP)


def backoff_until(account: Account, error: PlatformError, now: datetime) -> datetime:
    """Until when to read nothing on this account after this error, which is logged."""
    asked = error.after if isinstance(error, RetryLater) else None
    log.warning("cannot_look", account=account.name, reason=str(error))
    return now + min(max(REST, asked or REST), LONGEST)


def budget_left(tx: UnitOfWork, account: Account, now: datetime) -> Decimal | None:
    """What reading may still cost this month, in US dollars; None: no bound."""
    budget = _budget(tx, account, now)
    return None if budget is None else budget.left


def is_time_to_listen(
    tx: UnitOfWork, account: Account, traits: Capabilities, now: datetime, began: datetime
) -> bool:
    """Whether to poll now; always where polling costs nothing.

    A poll before this bot `began` to run does not count.
    """
    if traits.prices is None:
        return True
    heard_at = tx.accounts.get(account.name).heard_at
    if heard_at is None or heard_at < began:
        return True
    shortest = account.poll or traits.poll
    wait = next_listening(shortest, _last_activity(tx, account), _budget(tx, account, now), now)
    # Half an interval early: the caller asks in steps of the shortest wait.
    return not heard_at <= now < heard_at + wait - shortest / 2


def _last_activity(tx: UnitOfWork, account: Account) -> datetime | None:
    """When something was last said on the account, by others or by the bot."""
    noted = LAST_ACTIVITY.read(tx, account.name)
    posts = tx.ledger.recent(1, {State.POSTED}, account.name)
    posted = posts[0].receipt.at if posts and posts[0].receipt else None
    return max((moment for moment in (noted, posted) if moment), default=None)


def _budget(tx: UnitOfWork, account: Account, now: datetime) -> Budget | None:
    """The tighter of two budgets: that for listening, and that of the whole account."""
    bounds = []
    if (cap := account.listening_budget) is not None:
        bounds.append(Budget(cap=cap, left=cap - tx.accounts.listened(account.name, now)))
    if (cap := account.monthly_budget) is not None:
        bounds.append(Budget(cap=cap, left=cap - tx.accounts.spent(account.name, now)))
    return min(bounds, key=lambda one: one.left, default=None)
