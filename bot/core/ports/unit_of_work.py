"""The unit of work: one transaction over every store of the bot. `bot.store` implements it."""

from contextlib import AbstractContextManager
from typing import Protocol

from bot.core.fleet.bot import Quotas
from bot.core.ports.account_store import Accounts, KeyValues
from bot.core.ports.discussion_store import EntryStore, PublicEntries, WatchedThreads
from bot.core.ports.people_store import Acknowledgements, People
from bot.core.ports.pictures import PictureStore
from bot.core.ports.posting_store import Ledger, Slots
from bot.core.ports.site_store import Pages


class UnitOfWork(Protocol):
    """One transaction over every store."""

    slots: Slots
    ledger: Ledger
    log: EntryStore
    threads: WatchedThreads
    accounts: Accounts
    notes: KeyValues
    people: People
    acknowledgements: Acknowledgements
    pages: Pages
    pictures: PictureStore

    def quotas(self) -> Quotas:
        """What the bot may use at most; no limits where it is no bot of a fleet."""

    def public_entries(self, *, unlisted: bool = False) -> PublicEntries:
        """The entries that everybody may read; `unlisted`: also unlisted ones."""


class Store(Protocol):
    """The database of one bot. Raises StoreError (full disk, locked, damaged) only."""

    def reading(self) -> AbstractContextManager[UnitOfWork]:
        """A consistent view. Raises RuntimeError where something is written in it."""

    def writing(self) -> AbstractContextManager[UnitOfWork]:
        """All or nothing, and alone: it holds the bot's write lock from its first moment."""
