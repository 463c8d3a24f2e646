"""`core.ports.fleet_store.FleetTasks` over SQL."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, tuple_, update

from bot.core.fleet.bot import Job, Task
from bot.store.postgres.tables import fleet_tasks
from bot.store.rows import columns, made, of_bot

_KEY = tuple_(fleet_tasks.c.job, fleet_tasks.c.account)


class SqlFleetTasks:
    """The tasks of bots, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, bot: str) -> Mapping[Task, datetime]:
        """The tasks of a bot, and when each one is due."""
        query = select(fleet_tasks).where(of_bot(fleet_tasks, bot))
        return {made(Task, row): row.due for row in self._connection.execute(query)}

    def bots(self, job: Job) -> Collection[str]:
        """The bots that have a task of this kind."""
        query = select(fleet_tasks.c.bot).where(fleet_tasks.c.job == job)
        return frozenset(self._connection.scalars(query))

    def set(self, bot: str, tasks: Collection[Task], now: datetime) -> None:
        """Make those that are missing, delete those that are too many, and plan now."""
        wanted, known = set(tasks), set(self.of(bot))
        gone = [(task.job.value, task.account) for task in known - wanted]
        if gone:
            too_many = of_bot(fleet_tasks, bot) & _KEY.in_(gone)
            self._connection.execute(delete(fleet_tasks).where(too_many))
        if new := [{"bot": bot, "due": now, **columns(task)} for task in wanted - known]:
            self._connection.execute(insert(fleet_tasks), new)
        planning = of_bot(fleet_tasks, bot, job=Job.PLAN)
        self._connection.execute(update(fleet_tasks).where(planning).values(due=now))
