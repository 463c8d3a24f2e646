"""Settling: looking for what is unsure, and doing what its network's rules of absence allow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from bot.app.draft import TraitsOf
from bot.app.moves import move
from bot.core.absence import LOOK_AGAIN, after_look
from bot.core.config import Account
from bot.core.delivery import Delivery, State
from bot.core.errors import PlatformError, RetryLater
from bot.core.memory import Store, Tx
from bot.core.ports import Absent, CannotTell, Clock, Found, Publisher

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Settler:
    """Resolves the unsure deliveries of one account."""

    store: Store
    clock: Clock
    traits_of: TraitsOf
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
            self._look(publisher, account, delivery)
        return len(unsure)

    def _look(self, publisher: Publisher, account: Account, delivery: Delivery) -> None:
        try:
            answer: Found | Absent | CannotTell = publisher.find(delivery)
        except PlatformError as error:
            self._put_off(delivery, error)
            return
        now = self.clock.now()
        with self.store.writing() as tx:
            if isinstance(answer, Found) and _is_taken(tx, delivery, answer):
                answer = CannotTell(why="what looks like it is the post of another delivery")
            settled = after_look(delivery, answer, self.traits_of(account), account.unsure, now)
            move(tx, delivery, settled, now)

    def _put_off(self, delivery: Delivery, error: PlatformError) -> None:
        """The network cannot be asked: later."""
        now = self.clock.now()
        wait = error.after if isinstance(error, RetryLater) and error.after else LOOK_AGAIN
        later = replace(delivery, not_before=now + wait, reason=f"cannot look for it: {error}")
        with self.store.writing() as tx:
            move(tx, delivery, later, now)


def _is_taken(tx: Tx, delivery: Delivery, found: Found) -> bool:
    """Whether another delivery has this very post: the same text sent twice at about one time."""
    other = tx.ledger.of_remote(delivery.account, found.receipt.remote_id)
    return other is not None and other.id != delivery.id
