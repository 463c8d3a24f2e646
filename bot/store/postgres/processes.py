"""The workers and web processes of a fleet, as each of them makes itself known."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from bot.store.postgres.clock import NOW
from bot.store.postgres.engine import PostgresBackend
from bot.store.postgres.tables import fleet_processes

GONE = timedelta(seconds=60)
"""A process that has not been seen for this long has ended."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FleetProcesses:
    """Makes one process known, and asks about the others."""

    backend: PostgresBackend
    #: the process's unique name
    name: str
    kind: str
    #: how many posts it can send at once
    slots: int

    def beat(self) -> None:
        """Note that this process runs, and forget those that have ended."""
        alive = {"seen_at": NOW, "slots": self.slots}
        new = insert(fleet_processes).values(
            name=self.name, kind=self.kind, started_at=NOW, **alive
        )
        with self.backend.transaction() as connection:
            connection.execute(new.on_conflict_do_update(index_elements=["name"], set_=alive))
            ended = fleet_processes.c.seen_at < NOW - GONE
            connection.execute(delete(fleet_processes).where(ended))

    def end(self) -> None:
        """Note that this process ends."""
        mine = fleet_processes.c.name == self.name
        with self.backend.statement() as connection:
            connection.execute(delete(fleet_processes).where(mine))

    def all_slots(self) -> int:
        """How many posts all workers together can send at once."""
        with self.backend.statement() as connection:
            found = connection.scalar(select(func.sum(fleet_processes.c.slots)))
        return max(int(found or 0), self.slots)
