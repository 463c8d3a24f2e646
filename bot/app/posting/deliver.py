"""Delivers planned posts: claims one, sends it outside any transaction, records the result."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

import structlog

from bot.app.posting.draft import CapabilitiesOf
from bot.app.posting.holds import hold, hold_account, limit_posting
from bot.app.posting.reconcile import NOT_LOOKED, RestoreGuard
from bot.app.posting.transitions import move
from bot.core.errors import OutcomeUnknown, PlatformError, RetryLater, Unauthorised
from bot.core.model.config import Account, Config
from bot.core.model.delivery import MOVES, Delivery, Receipt, State
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
        """Make a dead process's claim unsure; its cost counts while its account has a price."""
        now = self.clock.now()
        with self.store.writing() as tx:
            if move(tx, claim, after_crash(claim, now), now) and account is not None:
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
            claimed = self._claim(config, account)
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
            planned = tx.ledger.waiting(account, State.PLANNED, now)
            stale = tx.ledger.waiting(account, State.SENDING, now)
        late = [delivery for delivery in planned if delivery.deadline < now]
        if not late and not stale:
            return planned, ()
        with self.store.writing() as tx:
            for delivery in late:
                move(tx, delivery, too_late(delivery, now, config.bot.timezone), now)
            unsure = [one for one in stale if move(tx, one, after_crash(one, now), now)]
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

    def _claim(self, config: Config, account: Account) -> Delivery | None:
        """Record the intent to send the next delivery that nothing holds back."""
        now = self.clock.now()
        with self.store.writing() as tx:
            for delivery, why in self._waits(tx, config, account, now):
                if why is not None:
                    move(tx, delivery, replace(delivery, reason=why), now)
                elif unsure := self._held_too_long(account, delivery, now):
                    move(tx, delivery, unsure, now)
                else:
                    return self._take(tx, delivery, now)
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
            for one in tx.ledger.waiting(account.name, State.PLANNED, now)
        ]

    def _hold(
        self, tx: UnitOfWork, config: Config, account: Account, one: Delivery, now: datetime
    ) -> str | None:
        if self.restore_guard is not None and self.restore_guard.holds(account, one):
            return NOT_LOOKED
        return hold(tx, config, account, one, self._price(account, one), now)

    def _take(self, tx: UnitOfWork, delivery: Delivery, now: datetime) -> Delivery | None:
        claimed = replace(
            delivery,
            state=State.SENDING,
            attempt=delivery.attempt + 1,
            owner=self.owner,
            lease_until=now + LEASE,
            sent_at=delivery.sent_at or now,
            duplicate=False,
            reason=None,
        )
        return claimed if move(tx, delivery, claimed, now) else None

    def _attempt(self, publisher: Publisher, account: Account, claimed: Delivery) -> None:
        """Send the claimed delivery once, and record the result."""
        if claimed.lease_until is None or self.clock.now() >= claimed.lease_until:
            return
        result = _publish(publisher, claimed)
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

    def _pay(self, tx: UnitOfWork, account: Account, delivery: Delivery, now: datetime) -> None:
        """Record the cost: what may have been posted counts; a refused duplicate does not."""
        tx.accounts.spend(account.name, "post", self._price(account, delivery), now)

    def _price(self, account: Account, delivery: Delivery) -> Decimal:
        """The cost of the next sending: the same post is paid for once."""
        if delivery.resends:
            return Decimal(0)
        return price(delivery.post, self.capabilities_of(account))


def _publish(publisher: Publisher, claimed: Delivery) -> Receipt | PlatformError:
    """The network's answer; after an unknown exception it may have been sent."""
    try:
        return publisher.publish(claimed.post)
    except PlatformError as error:
        return error
    except Exception as error:  # noqa: BLE001 - it may have been sent
        log.error("publish_failed_oddly", account=claimed.account, error=type(error).__name__)  # noqa: TRY400 - its trace could show a request
        return OutcomeUnknown(f"an unexpected {type(error).__name__} while posting")


def _record_late(tx: UnitOfWork, claimed: Delivery, settled: Delivery, now: datetime) -> None:
    """Record a post whose answer came after its claim was given up: none is lost."""
    current = tx.ledger.get(claimed.id)
    is_mine = current is not None and current.attempt == claimed.attempt
    if current is not None and is_mine and State.POSTED in MOVES[current.state]:
        move(tx, current, replace(settled, reason="the answer came late"), now)
