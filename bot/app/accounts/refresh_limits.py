"""Asks each network for its limits and rules, and stores them for planning."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from bot.core.errors import PlatformError
from bot.core.model.capabilities import Capabilities, PlatformKind
from bot.core.model.config import Account
from bot.core.ports.account_store import AccountRecord
from bot.core.ports.platform import Clock, Platform, SettlesCost
from bot.core.ports.unit_of_work import Store, UnitOfWork

log = structlog.get_logger()

STALE = timedelta(hours=12)
"""How old a network's rules may become before it is asked again."""


def source_of(account: Account) -> str:
    """What an account's rules depend on: its kind and its settings."""
    return f"{account.kind} {sorted(account.options.items())}"


@dataclass(slots=True)
class KnownCapabilities:
    """The rules of each account's network as far as they are known."""

    store: Store
    kinds: Mapping[str, PlatformKind]
    _known: dict[tuple[str, str], Capabilities] = field(default_factory=dict)

    def of(self, account: Account) -> Capabilities:
        """The network's own rules, or else those of its kind. Never waits."""
        return self.own(account) or self.kinds[account.kind].traits

    def own(self, account: Account) -> Capabilities | None:
        """The network's own rules, or None where it never told them. Never waits."""
        key = (account.name, source_of(account))
        if key not in self._known:
            with self.store.reading() as tx:
                record = tx.accounts.get(account.name)
            if record.traits is None or record.learned_from != key[1]:
                return None  # not kept: another process may learn them at any time
            kind = self.kinds[account.kind].traits
            # An earlier version stored rules without a word on pictures.
            picture = record.traits.picture or kind.picture
            self._known[key] = replace(record.traits, picture=picture)
        return self._known[key]

    def learned(self, account: Account, traits: Capabilities) -> None:
        """Use these rules from now on."""
        self._known[account.name, source_of(account)] = traits


@dataclass(frozen=True, kw_only=True, slots=True)
class LimitsRefresher:
    """Asks networks for their rules."""

    store: Store
    clock: Clock
    rules: KnownCapabilities
    platform: Callable[[Account], Platform]

    def step(self, account: Account) -> bool:
        """Ask, unless it was asked lately; False where the network could not be asked."""
        now = self.clock.now()
        with self.store.reading() as tx:
            known = tx.accounts.get(account.name)
        if known.traits is not None and _is_fresh(known, account, now):
            self.rules.learned(account, known.traits)  # perhaps another process asked
            return True
        platform = self.platform(account)
        try:
            traits = platform.learn()
        except PlatformError as error:
            log.warning("cannot_learn", account=account.name, reason=str(error))
            with self.store.writing() as tx:
                pay_reads(tx, account, platform, now)
            return False
        with self.store.writing() as tx:
            tx.accounts.learned(account.name, traits, source_of(account), now)
            pay_reads(tx, account, platform, now)
        self.rules.learned(account, traits)
        if traits != known.traits:
            log.info("learned", account=account.name, network=traits.network)
        return True

    def are_known(self, account: Account) -> bool:
        """Whether the network's own rules are known; where they are not, it is asked now."""
        return self.rules.own(account) is not None or self.step(account)


def _is_fresh(known: AccountRecord, account: Account, now: datetime) -> bool:
    """Whether the rules were asked for lately, of this very server."""
    if known.learned_at is None or known.learned_from != source_of(account):
        return False
    return timedelta(0) <= now - known.learned_at < STALE


def pay_reads(tx: UnitOfWork, account: Account, platform: object, now: datetime) -> None:
    """Record the cost of reading on a network that charges for it."""
    if isinstance(platform, SettlesCost):
        tx.accounts.spend(account.name, "read", platform.settle_cost(), now)
