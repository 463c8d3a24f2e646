"""Settling: looking for what is unsure, and doing what its network's rules of absence allow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.app.accounts.refresh_limits import pay_reads
from bot.app.posting.draft import TraitsOf
from bot.app.posting.transitions import move
from bot.core.errors import PlatformError, RetryLater
from bot.core.model.config import Account
from bot.core.model.delivery import Delivery, State
from bot.core.model.lookup import Absent, CannotTell, Found
from bot.core.ports.platform import Clock, Publisher
from bot.core.ports.unit_of_work import Store
from bot.core.posting.reconciliation import after_look, rightly_dated

A_DAY = timedelta(days=1)
"""So long after its deadline no request is still on its way: the same words are another post's."""

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reconciler:
    """Resolves the unsure deliveries of one account."""

    store: Store
    clock: Clock
    capabilities_of: TraitsOf
    publisher: Callable[[str], Publisher | None]

    def step(self, account: Account) -> int:
        """Look for each unsure delivery whose time has come; returns how many looks were made."""
        publisher = self.publisher(account.name)
        if publisher is None:
            return 0
        now = self.clock.now()
        with self.store.reading() as tx:
            unsure = tx.ledger.waiting(account.name, State.UNSURE, now)
        for delivery in unsure:
            self._look(publisher, account, rightly_dated(delivery, now))
        return len(unsure)

    def _look(self, publisher: Publisher, account: Account, delivery: Delivery) -> None:
        answer = self._ask(publisher, delivery)
        now = self.clock.now()
        settled = after_look(delivery, answer, self.capabilities_of(account), account.unsure, now)
        with self.store.writing() as tx:
            move(tx, delivery, settled, now)
            pay_reads(tx, account, publisher, now)

    def _ask(self, publisher: Publisher, delivery: Delivery) -> Found | Absent | CannotTell:
        """The network's answer; whatever goes wrong with the asking tells nothing."""
        with self.store.reading() as tx:
            taken = tx.ledger.taken(delivery)
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
