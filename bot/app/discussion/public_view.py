"""The public view of entries, for pages, feeds and exports: without words that are too old."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.discussion.freshness import as_shown
from bot.core.model.capabilities import Capabilities
from bot.core.model.config import Account, Config
from bot.core.model.entry import Entry
from bot.core.ports.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True, slots=True)
class FreshnessFilter:
    """Withholds words that were not seen on their network recently enough."""

    config: Config
    capabilities_of: Callable[[Account], Capabilities]

    def shown(self, tx: UnitOfWork, entries: Iterable[Entry], now: datetime) -> list[Entry]:
        """The entries as everybody may see them."""
        known: dict[str, timedelta | None] = {}
        shown = []
        for entry in entries:
            if entry.account not in known:
                known[entry.account] = self._fresh_for(tx, entry.account)
            shown.append(as_shown(entry, known[entry.account], now))
        return shown

    def _fresh_for(self, tx: UnitOfWork, name: str) -> timedelta | None:
        """How long the account's words stay fresh, also where it is not in the file any more."""
        account = self.config.account(name)
        if account is not None:
            return self.capabilities_of(account).fresh_for
        traits = tx.accounts.get(name).traits
        return traits.fresh_for if traits else None
