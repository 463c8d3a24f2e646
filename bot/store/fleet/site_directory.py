"""`core.ports.site_directory.SiteDirectory` over SQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, exists, func, select

from bot.core.fleet.bot import ACTIVE, Job
from bot.core.fleet.site_address import SiteAddress
from bot.core.ports.site_directory import ServedSite
from bot.store.postgres.due_work import DueWork
from bot.store.postgres.engine import PostgresBackend
from bot.store.postgres.tables import fleet_bots

_IS_SERVED = (
    fleet_bots.c.state.in_(ACTIVE)
    & fleet_bots.c.version.is_not(None)
    & fleet_bots.c.host.is_not(None)
)


@dataclass(frozen=True, slots=True)
class SqlSiteDirectory:
    """The sites of a fleet, each question a transaction."""

    backend: PostgresBackend

    def at(self, hosts: Collection[str]) -> Sequence[ServedSite]:
        """The sites at these hosts."""
        query = select(fleet_bots).where(_IS_SERVED, fleet_bots.c.host.in_(hosts))
        with self.backend.statement() as connection:
            return [_site(row) for row in connection.execute(query)]

    def has_name(self, name: str) -> bool:
        """Whether a site is at this name."""
        without_port = func.regexp_replace(fleet_bots.c.host, ":[0-9]+$", "")
        query = select(exists().where(_IS_SERVED, without_port == name))
        with self.backend.statement() as connection:
            return bool(connection.scalar(query))

    def versions(self, bots: Collection[str]) -> Mapping[str, int]:
        """The versions in use of those that are running or paused."""
        query = select(fleet_bots.c.bot, fleet_bots.c.version)
        query = query.where(_IS_SERVED, fleet_bots.c.bot.in_(bots))
        with self.backend.statement() as connection:
            return {row.bot: row.version for row in connection.execute(query)}

    def verify_soon(self, bot: str) -> None:
        """Let the task be done now, or once more if it is being done."""
        DueWork(self.backend).ask(bot, Job.RESPOND.value)


def _site(row: Row[Any]) -> ServedSite:
    address = SiteAddress(host=row.host, path=row.path or "")
    return ServedSite(bot=row.bot, address=address, version=row.version)
