"""The sites that a fleet serves, and where each of them is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.fleet.site_address import SiteAddress


@dataclass(frozen=True, kw_only=True, slots=True)
class ServedSite:
    """The site of a bot that is running or paused."""

    bot: str
    address: SiteAddress
    #: the number of the version of its files that is in use
    version: int


class SiteDirectory(Protocol):
    """Knows the sites of bots that are running or paused.

    Raises StoreError for every error of the database.
    """

    def at(self, hosts: Collection[str]) -> Sequence[ServedSite]:
        """The sites at these hosts, each with its port where that is not the usual one."""

    def has_name(self, name: str) -> bool:
        """Whether there is a site at a host of this name, whatever its port."""

    def versions(self, bots: Collection[str]) -> Mapping[str, int]:
        """The versions in use of those of these bots that are running or paused."""

    def verify_soon(self, bot: str) -> None:
        """Have a worker read the pages that link to the bot's as soon as it can."""
