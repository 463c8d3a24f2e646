"""`core.ports.site_directory.SiteDirectory` over SQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, exists, func, select, text, update

from bot.core.fleet.bot import ACTIVE, Job
from bot.core.fleet.site_address import SiteAddress
from bot.core.ports.site_directory import ServedSite
from bot.store.backend import Backend
from bot.store.postgres.tables import fleet_bots, fleet_tasks
from bot.store.rows import of_bot

_NO_BOT = ""
"""No bot has this id, so that nothing waits for the writes of one."""
_IS_SERVED = (
    fleet_bots.c.state.in_(ACTIVE)
    & fleet_bots.c.version.is_not(None)
    & fleet_bots.c.host.is_not(None)
)


@dataclass(frozen=True, slots=True)
class SqlSiteDirectory:
    """The sites of a fleet, each question a transaction."""

    backend: Backend

    def at(self, hosts: Collection[str]) -> Sequence[ServedSite]:
        """The sites at these hosts."""
        query = select(fleet_bots).where(_IS_SERVED, fleet_bots.c.host.in_(hosts))
        with self.backend.begin(_NO_BOT, writing=False) as connection:
            return [_site(row) for row in connection.execute(query)]

    def has_name(self, name: str) -> bool:
        """Whether a site is at this name."""
        without_port = func.regexp_replace(fleet_bots.c.host, ":[0-9]+$", "")
        query = select(exists().where(_IS_SERVED, without_port == name))
        with self.backend.begin(_NO_BOT, writing=False) as connection:
            return bool(connection.scalar(query))

    def versions(self, bots: Collection[str]) -> Mapping[str, int]:
        """The versions in use of those that are running or paused."""
        query = select(fleet_bots.c.bot, fleet_bots.c.version)
        query = query.where(_IS_SERVED, fleet_bots.c.bot.in_(bots))
        with self.backend.begin(_NO_BOT, writing=False) as connection:
            return {row.bot: row.version for row in connection.execute(query)}

    def verify_soon(self, bot: str) -> None:
        """Let the task be due now, unless it is already."""
        now = text("timezone('utc', now())")
        task = of_bot(fleet_tasks, bot, job=Job.RESPOND)
        change = update(fleet_tasks).where(task, fleet_tasks.c.due > now).values(due=now)
        with self.backend.begin(_NO_BOT, writing=True) as connection:
            connection.execute(change)


def _site(row: Row[Any]) -> ServedSite:
    address = SiteAddress(host=row.host, path=row.path or "")
    return ServedSite(bot=row.bot, address=address, version=row.version)
