"""Learning: what each network says of its own limits and rules, remembered for planning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.core.config import Account
from bot.core.errors import PlatformError
from bot.core.kinds import Kind
from bot.core.memory import Store
from bot.core.ports import Clock, Platform
from bot.core.traits import Traits

log = structlog.get_logger()

STALE = timedelta(hours=12)
"""How old the memory of a network's rules may grow before it is asked again."""


@dataclass(slots=True)
class Rules:
    """The rules of each account's network as far as they are known."""

    store: Store
    kinds: Mapping[str, Kind]
    _known: dict[str, Traits] = field(default_factory=dict)

    def of(self, account: Account) -> Traits:
        """What the network said last, or else what is true of its kind. Never waits."""
        if account.name not in self._known:
            with self.store.reading() as tx:
                remembered = tx.accounts.get(account.name).traits
            self._known[account.name] = remembered or self.kinds[account.kind].traits
        return self._known[account.name]

    def learned(self, account: Account, traits: Traits) -> None:
        """Know better from now on."""
        self._known[account.name] = traits


@dataclass(frozen=True, kw_only=True, slots=True)
class Learner:
    """Asks networks for their rules."""

    store: Store
    clock: Clock
    rules: Rules

    def step(self, account: Account, platform: Platform) -> bool:
        """Ask, unless it was asked lately; False where the network could not be asked."""
        now = self.clock.now()
        with self.store.reading() as tx:
            known = tx.accounts.get(account.name)
        if known.learned_at is not None and now - known.learned_at < STALE:
            return True
        try:
            traits = platform.learn()
        except PlatformError as error:
            self._say(account, known.trouble, str(error))
            return False
        with self.store.writing() as tx:
            tx.accounts.learned(account.name, traits, now)
        self.rules.learned(account, traits)
        if traits != known.traits:
            log.info("learned", account=account.name, network=traits.network)
        return True

    def _say(self, account: Account, known: str | None, trouble: str) -> None:
        if known == trouble:
            return
        with self.store.writing() as tx:
            tx.accounts.troubled(account.name, trouble)
        log.warning("cannot_learn", account=account.name, reason=trouble)
