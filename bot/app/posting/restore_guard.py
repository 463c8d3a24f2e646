"""Detects posts made after the backup that was restored.

After an older copy of the database was put back, slots that were posted meanwhile seem never to
have been. So whatever came due before this process began is compared with the account itself
before it is sent: a post there that no delivery knows may be this very one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from bot.app.accounts.refresh_limits import pay_reads
from bot.app.posting.draft import TraitsOf
from bot.app.posting.transitions import move
from bot.core.errors import PlatformError, RetryLater
from bot.core.model.capabilities import Idempotency
from bot.core.model.config import Account
from bot.core.model.delivery import Delivery, State
from bot.core.model.lookup import SKEW, Found
from bot.core.ports.platform import Clock, OwnPosts, Publisher
from bot.core.ports.unit_of_work import Store, UnitOfWork
from bot.core.posting.attempt_result import RETRY, found_again, from_before_restore

MANY = 100
"""More than ever wait for an answer on one account."""
NOT_LOOKED = "it came due before the bot was started; the account is looked at first"


@runtime_checkable
class _Recalling(Publisher, OwnPosts, Protocol):
    """A door to a network that can list our own posts."""


@dataclass(kw_only=True, slots=True)
class RestoreGuard:
    """Looks back, once in a process, for each delivery that came due before it `began`."""

    store: Store
    clock: Clock
    capabilities_of: TraitsOf
    publisher: Callable[[str], Publisher | None]
    began: datetime
    _cleared: set[int] = field(default_factory=set)

    def holds(self, account: Account, delivery: Delivery) -> bool:
        """Whether a delivery has to wait until the account was looked at."""
        is_old = delivery.due <= self.began and delivery.id not in self._cleared
        return is_old and self._recalling(account) is not None

    def _recalling(self, account: Account) -> _Recalling | None:
        """The account's door, where it is worth looking: ids of our choice are certain anyway."""
        publisher = self.publisher(account.name)
        if self.capabilities_of(account).idempotency is Idempotency.CHOSEN_ID:
            return None
        return publisher if isinstance(publisher, _Recalling) else None

    def step(self, account: Account) -> None:
        """Look back for all that waits for it on this account."""
        now = self.clock.now()
        with self.store.reading() as tx:
            planned = tx.ledger.waiting(account.name, State.PLANNED, now)
        publisher = self._recalling(account)
        for delivery in planned:
            if publisher is not None and delivery.deadline >= now and self.holds(account, delivery):
                self._look_back(publisher, account, delivery)

    def _look_back(self, publisher: _Recalling, account: Account, delivery: Delivery) -> None:
        with self.store.reading() as tx:
            is_unsettled = _is_unsettled(tx, delivery)
            known = tx.ledger.remote_ids(account.name, delivery.due - SKEW)
        settled = self._compare(publisher, delivery, known, is_unsettled=is_unsettled)
        now = self.clock.now()
        with self.store.writing() as tx:
            pay_reads(tx, account, publisher, now)
            if settled is not None:
                move(tx, delivery, settled, now)
        if settled is None:
            self._cleared.add(delivery.id)

    def _compare(
        self,
        publisher: _Recalling,
        delivery: Delivery,
        known: frozenset[str],
        *,
        is_unsettled: bool,
    ) -> Delivery | None:
        """The delivery as it stands after a look back; None: nothing speaks against sending.

        While another post `is_unsettled`, a post that nobody knows may be that one.
        """
        try:
            since, parent = delivery.due - SKEW, delivery.post.in_reply_to
            if not publisher.list_own_posts(since, parent) - known:
                return None
            if is_unsettled:
                return self._later(delivery, NOT_LOOKED)
            answer = publisher.find(replace(delivery, sent_at=delivery.due), known)
        except PlatformError as error:
            wait = error.after if isinstance(error, RetryLater) else None
            return self._later(delivery, f"cannot look back: {error}", wait)
        if isinstance(answer, Found):
            return found_again(delivery, answer.receipt)
        return from_before_restore(delivery, self.clock.now())

    def _later(self, delivery: Delivery, why: str, wait: timedelta | None = None) -> Delivery:
        """The delivery, to be looked back for after a while, or to be ended at its deadline."""
        until = min(self.clock.now() + (wait or RETRY), delivery.deadline + timedelta(seconds=1))
        return replace(delivery, not_before=until, reason=why)


def _is_unsettled(tx: UnitOfWork, delivery: Delivery) -> bool:
    """Whether another post from since then may be there that has not been found yet."""
    since = delivery.due - SKEW
    unsettled = tx.ledger.recent(MANY, {State.SENDING, State.UNSURE}, delivery.account)
    return any(one.resends or (one.sent_at or one.due) >= since for one in unsettled)
