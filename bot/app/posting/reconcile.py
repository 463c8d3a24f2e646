"""Compares deliveries with the posts that are on the account.

`Reconciler` looks for the post of each unsure delivery. `RestoreGuard` detects posts made after the
backup that was restored: slots that were posted meanwhile seem never to have been posted. So each
delivery that came due before this process began (on PostgreSQL: before the database was restored or
another took over) is compared with the account before it is sent; a post there that no delivery
knows may be this one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

import structlog

from bot.app.accounts.refresh_limits import pay_reads
from bot.app.posting.draft import CapabilitiesOf
from bot.app.posting.transitions import move
from bot.core.errors import PlatformError, RetryLater
from bot.core.model.capabilities import Idempotency
from bot.core.model.config import Account
from bot.core.model.delivery import Delivery, State
from bot.core.model.lookup import SKEW, Absent, CannotTell, Found
from bot.core.ports.platform import Clock, OwnPosts, Publisher
from bot.core.ports.unit_of_work import Store, UnitOfWork
from bot.core.posting.transitions import (
    RETRY,
    ResendRules,
    after_look,
    found_again,
    from_before_restore,
    rightly_dated,
)

A_DAY = timedelta(days=1)
"""A post that was made longer after a delivery's deadline than this is not this delivery's."""
MOST_UNSETTLED = 100
"""More than ever wait for an answer on one account."""
NOT_LOOKED = "it came due before the bot was started; the account is looked at first"
UNKNOWN_RULES = "not found, but the network has not told yet whether that proves anything"
"""The rules of its kind would have the operator asked, and its own may let it be sent again."""

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reconciler:
    """Resolves the unsure deliveries of one account."""

    store: Store
    clock: Clock
    capabilities_of: CapabilitiesOf
    publisher: Callable[[str], Publisher | None]
    #: whether the account's network has told its rules, now if not before
    are_rules_known: Callable[[Account], bool]

    def step(self, account: Account) -> int:
        """Look for each unsure delivery that is due; returns how many look-ups were made."""
        publisher = self.publisher(account.name)
        if publisher is None:
            return 0
        now = self.clock.now()
        with self.store.reading() as tx:
            unsure = tx.ledger.waiting(account.name, now, State.UNSURE)
        for delivery in unsure:
            self._look(publisher, account, rightly_dated(delivery, now))
        return len(unsure)

    def _look(self, publisher: Publisher, account: Account, delivery: Delivery) -> None:
        answer = self._ask(publisher, delivery)
        if isinstance(answer, Absent) and not self.are_rules_known(account):
            answer = CannotTell(why=UNKNOWN_RULES)
        now = self.clock.now()
        traits = self.capabilities_of(account)
        rules = ResendRules(traits=traits, when_unsure=account.unsure, now=now)
        settled = after_look(delivery, answer, rules)
        with self.store.writing() as tx:
            move(tx, delivery, settled, now)
            pay_reads(tx, account, publisher, now)

    def _ask(self, publisher: Publisher, delivery: Delivery) -> Found | Absent | CannotTell:
        """The network's answer; no error proves anything."""
        with self.store.reading() as tx:
            taken = tx.ledger.other_remote_ids(delivery)
        try:
            answer = publisher.find(delivery, taken)
        except PlatformError as error:
            after = error.after if isinstance(error, RetryLater) else None
            return CannotTell(why=f"cannot look for it: {error}", after=after)
        except Exception as error:  # noqa: BLE001 - one bad look never stops the account
            log.error("find_failed_oddly", account=delivery.account, error=type(error).__name__)  # noqa: TRY400 - its trace could show a request
            return CannotTell(why=f"cannot look for it: an unexpected {type(error).__name__}")
        if isinstance(answer, Found) and answer.receipt.remote_id in taken:
            return CannotTell(why="what looks like it is the post of another delivery")
        if isinstance(answer, Found) and answer.receipt.at > delivery.deadline + A_DAY:
            return CannotTell(why="what looks like it was posted long after its time")
        return answer


@runtime_checkable
class _ListingPublisher(Publisher, OwnPosts, Protocol):
    """A publisher whose network lists our own posts."""


@dataclass(kw_only=True, slots=True)
class RestoreGuard:
    """Compares each delivery that came due before it `began`, once, before it is sent."""

    store: Store
    clock: Clock
    capabilities_of: CapabilitiesOf
    publisher: Callable[[str], Publisher | None]
    #: since when the database knows everything that was posted: since the process was started, or
    #: for as long as the database can tell that it is no older copy
    since: Callable[[], datetime]
    #: the deliveries that were compared, and the moment that held then
    _cleared: dict[int, datetime] = field(default_factory=dict)

    @property
    def began(self) -> datetime:
        """Since when the database knows everything that was posted."""
        return self.since()

    def holds(self, account: Account, delivery: Delivery) -> bool:
        """Whether a delivery has to wait until it was compared with the account."""
        began = self.began
        is_old = delivery.due <= began and self._cleared.get(delivery.id) != began
        return is_old and self._comparable(account) is not None

    def _comparable(self, account: Account) -> _ListingPublisher | None:
        """The account's publisher; None: ids of our choice rule out a second post anyway."""
        publisher = self.publisher(account.name)
        if self.capabilities_of(account).idempotency is Idempotency.CHOSEN_ID:
            return None
        return publisher if isinstance(publisher, _ListingPublisher) else None

    def step(self, account: Account, planned: Sequence[Delivery]) -> None:
        """Compare every one of these planned deliveries of the account that has to be."""
        publisher = self._comparable(account)
        for delivery in planned:
            if publisher is not None and self.holds(account, delivery):
                self._check(publisher, account, delivery)

    def _check(self, publisher: _ListingPublisher, account: Account, delivery: Delivery) -> None:
        began = self.began
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
            self._cleared[delivery.id] = began

    def _compare(
        self,
        publisher: _ListingPublisher,
        delivery: Delivery,
        known: frozenset[str],
        *,
        is_unsettled: bool,
    ) -> Delivery | None:
        """The delivery after the comparison; None: it may be sent.

        While another post `is_unsettled`, an unknown post may be that one.
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
            return self._later(delivery, f"cannot compare it with the account: {error}", wait)
        if isinstance(answer, Found):
            return found_again(delivery, answer.receipt)
        return from_before_restore(delivery, self.clock.now())

    def _later(self, delivery: Delivery, why: str, wait: timedelta | None = None) -> Delivery:
        """The delivery, to be compared again after a while, or ended at its deadline."""
        until = min(self.clock.now() + (wait or RETRY), delivery.deadline + timedelta(seconds=1))
        return replace(delivery, not_before=until, reason=why)


def _is_unsettled(tx: UnitOfWork, delivery: Delivery) -> bool:
    """Whether another post from since then may be there that has not been found yet."""
    since = delivery.due - SKEW
    unsettled = tx.ledger.recent(MOST_UNSETTLED, {State.SENDING, State.UNSURE}, delivery.account)
    return any(one.resends or (one.sent_at or one.due) >= since for one in unsettled)
