"""`core.ports.fleet_store.FleetActions` over SQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select

from bot.core.fleet.bot import Action
from bot.store.postgres.tables import fleet_actions
from bot.store.rows import made


class SqlFleetActions:
    """Who did what, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, who: str, what: str, detail: str, *, bot: str | None, now: datetime) -> None:
        """Record an action."""
        row = {"at": now, "who": who, "bot": bot, "what": what, "detail": detail}
        self._connection.execute(insert(fleet_actions).values(row))

    def newest(self, limit: int, bot: str | None = None) -> Sequence[Action]:
        """The newest actions, the newest first."""
        query = select(fleet_actions).order_by(fleet_actions.c.id.desc()).limit(limit)
        if bot is not None:
            query = query.where(fleet_actions.c.bot == bot)
        return [made(Action, row) for row in self._connection.execute(query)]
