"""Delivers planned posts: claims one, sends it outside any transaction, records the result."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

import structlog

from bot.app.posting.draft import CapabilitiesOf
from bot.app.posting.holds import hold, hold_account, limit_posting
from bot.app.posting.reconcile import NOT_LOOKED, RestoreGuard
from bot.app.posting.send import prepare, preparer_of, publish
from bot.app.posting.transitions import move
from bot.core.errors import PlatformError, RetryLater, Unauthorised
from bot.core.model.config import Account, Config
from bot.core.model.delivery import MOVES, Delivery, State
from bot.core.model.lookup import LEASE
from bot.core.ports.platform import Clock, Publisher
from bot.core.ports.unit_of_work import Store, UnitOfWork
from bot.core.posting.transitions import (
    ResendRules,
    after_attempt,
    after_crash,
    held_too_long,
    price,
    too_late,
)

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Deliverer:
    """Carries out the planned deliveries of one account at a time."""

    store: Store
    clock: Clock
    #: the name of this process
    owner: str
    capabilities_of: CapabilitiesOf
    #: the account's port for posting, or None where it has none
    publisher: Callable[[str], Publisher | None]
    #: what checks deliveries that came due before this process; None: there are none
    restore_guard: RestoreGuard | None = None
    #: the prefix of earlier owners' names, which are dead while this process holds the lock on the
    #: data directory; None: it does not hold it
    dead: str | None = None

    def recover(self, config: Config) -> None:
        """Make unsure at once what an earlier process was sending: it is proven dead.

        Claims of others keep their lease: those of commands, and of processes elsewhere.
        """
        if self.dead is None:
            return
        with self.store.reading() as tx:
            claims = tx.ledger.claims(self.dead)
        for claim in claims:
            if claim.owner != self.owner:
                self._give_up(config.account(claim.account), claim)

    def _give_up(self, account: Account | None, claim: Delivery) -> None:
        """Make unsure what a dead process may have sent; that counts as paid."""
        now = self.clock.now()
        with self.store.writing() as tx:
            if _gives_up(tx, claim, now) and account is not None:
                self._pay(tx, account, claim, now)

    def step(self, config: Config, account: Account) -> int:
        """Send what is due on this account; returns how many attempts were made."""
        planned = self._sweep(config, account)
        if not planned:
            return 0
        if self.restore_guard is not None:
            self.restore_guard.step(account, planned)
        publisher = self.publisher(account.name)
        if publisher is None or not self._may_go(config, account, planned):
            return 0
        for attempts in range(len(planned)):
            claimed = self._claim(config, account, publisher)
            if claimed is None:
                return attempts
            self._attempt(publisher, account, claimed)
        return len(planned)

    def _sweep(self, config: Config, account: Account) -> Sequence[Delivery]:
        """End what is too late, and make unsure what a dead owner left; what else is planned."""
        planned, unsure = self._end_overdue(config, account.name)
        for stale in unsure:
            now = self.clock.now()
            with self.store.writing() as tx:
                self._pay(tx, account, stale, now)
        return planned

    def _end_overdue(
        self, config: Config, account: str
    ) -> tuple[Sequence[Delivery], Sequence[Delivery]]:
        """The same for an account by name; returns what its owner may have sent, too."""
        now = self.clock.now()
        with self.store.reading() as tx:
            waiting = tx.ledger.waiting(account, now, State.PLANNED, State.SENDING)
        planned = [one for one in waiting if one.state is State.PLANNED]
        stale = [one for one in waiting if one.state is State.SENDING]
        late = [one for one in planned if one.deadline < now]
        if not late and not stale:
            return planned, ()
        with self.store.writing() as tx:
            for delivery in late:
                move(tx, delivery, too_late(delivery, now, config.bot.timezone), now)
            unsure = [one for one in stale if _gives_up(tx, one, now)]
        return [one for one in planned if one.deadline >= now], unsure

    def end_orphans(self, config: Config) -> None:
        """The same for accounts that are no longer in the file."""
        with self.store.reading() as tx:
            waiting = tx.ledger.accounts_waiting()
        names = {account.name for account in config.accounts}
        for account in waiting:
            if account not in names:
                self._end_overdue(config, account)

    def _may_go(self, config: Config, account: Account, planned: Sequence[Delivery]) -> bool:
        """Whether any of these may go now, or waits for another reason than before."""
        if any(one.reason is None for one in planned):
            return True
        now = self.clock.now()
        with self.store.reading() as tx:
            waits = self._waits(tx, config, account, now)
        return any(why is None or why != delivery.reason for delivery, why in waits)

    def _claim(self, config: Config, account: Account, publisher: Publisher) -> Delivery | None:
        """Record the intent to send the next delivery that nothing holds back."""
        now = self.clock.now()
        with self.store.writing() as tx:
            for delivery, why in self._waits(tx, config, account, now):
                if why is not None:
                    move(tx, delivery, replace(delivery, reason=why), now)
                elif unsure := self._held_too_long(account, delivery, now):
                    move(tx, delivery, unsure, now)
                else:
                    return self._take(tx, delivery, publisher, now)
        return None

    def _held_too_long(self, account: Account, one: Delivery, now: datetime) -> Delivery | None:
        traits = self.capabilities_of(account)
        rules = ResendRules(traits=traits, when_unsure=account.unsure, now=now)
        return held_too_long(one, rules)

    def _waits(
        self, tx: UnitOfWork, config: Config, account: Account, now: datetime
    ) -> list[tuple[Delivery, str | None]]:
        """The deliveries planned for now, each with the reason why it has to wait, or None."""
        return [
            (one, self._hold(tx, config, account, one, now))
            for one in tx.ledger.waiting(account.name, now, State.PLANNED)
        ]

    def _hold(
        self, tx: UnitOfWork, config: Config, account: Account, one: Delivery, now: datetime
    ) -> str | None:
        if self.restore_guard is not None and self.restore_guard.holds(account, one):
            return NOT_LOOKED
        return hold(tx, config, account, one, self._price(account, one), now)

    def _take(
        self, tx: UnitOfWork, delivery: Delivery, publisher: Publisher, now: datetime
    ) -> Delivery | None:
        sends_at_once = preparer_of(publisher, delivery.post) is None
        claimed = replace(
            delivery,
            state=State.SENDING,
            attempt=delivery.attempt + 1,
            owner=self.owner,
            lease_until=now + LEASE,
            sent_at=delivery.sent_at or (now if sends_at_once else None),
            duplicate=False,
            reason=None,
        )
        return claimed if move(tx, delivery, claimed, now) else None

    def _attempt(self, publisher: Publisher, account: Account, claimed: Delivery) -> None:
        """Send the claimed delivery once, and record the result."""
        ready = self._prepare(publisher, claimed)
        if ready is None:
            return
        claimed, error = ready
        result = error or publish(publisher, claimed)
        now = self.clock.now()
        settled = after_attempt(claimed, result, now)
        with self.store.writing() as tx:
            if move(tx, claimed, settled, now):
                if settled.state in {State.POSTED, State.UNSURE} and not settled.duplicate:
                    self._pay(tx, account, settled, now)
                if isinstance(result, Unauthorised):  # a late one may blame an old signature
                    hold_account(tx, account, result, now)
                if isinstance(result, RetryLater):
                    limit_posting(tx, account, result, now)
            elif settled.state is State.POSTED:
                _record_late(tx, claimed, settled, now)

    def _prepare(
        self, publisher: Publisher, claimed: Delivery
    ) -> tuple[Delivery, PlatformError | None] | None:
        """The claim when all that is sent beforehand was sent, or with the error of that.

        None where the claim is not ours any more.
        """
        error = None
        preparer = preparer_of(publisher, claimed.post)
        if preparer is not None:
            prepared = prepare(preparer, claimed)
            if isinstance(prepared, PlatformError):
                error = prepared
            elif not self._store(claimed, claimed := _ready(claimed, prepared, self.clock.now())):
                return None
        is_over = claimed.lease_until is None or self.clock.now() >= claimed.lease_until
        return None if is_over and error is None else (claimed, error)

    def _store(self, claimed: Delivery, ready: Delivery) -> bool:
        with self.store.writing() as tx:
            return tx.ledger.move(claimed, ready, self.clock.now())

    def _pay(self, tx: UnitOfWork, account: Account, delivery: Delivery, now: datetime) -> None:
        """Record the cost: what may have been posted counts; a refused duplicate does not."""
        tx.accounts.spend(account.name, "post", self._price(account, delivery), now)

    def _price(self, account: Account, delivery: Delivery) -> Decimal:
        """The cost of the next sending: the same post is paid for once."""
        if delivery.resends:
            return Decimal(0)
        return price(delivery.post, self.capabilities_of(account))


def _gives_up(tx: UnitOfWork, claim: Delivery, now: datetime) -> bool:
    """Settle a claim whose owner is gone; whether it may have been sent."""
    settled = after_crash(claim, now)
    return move(tx, claim, settled, now) and settled.state is State.UNSURE


def _ready(claimed: Delivery, prepared: str, now: datetime) -> Delivery:
    """The claim with what its network gave for the post, which may leave from now on."""
    post = replace(claimed.post, prepared=prepared)
    return replace(claimed, post=post, sent_at=claimed.sent_at or now)


def _record_late(tx: UnitOfWork, claimed: Delivery, settled: Delivery, now: datetime) -> None:
    """Record a post whose answer came after its claim was given up: none is lost."""
    current = tx.ledger.get(claimed.id)
    is_mine = current is not None and current.attempt == claimed.attempt
    if current is not None and is_mine and State.POSTED in MOVES[current.state]:
        move(tx, current, replace(settled, reason="the answer came late"), now)
