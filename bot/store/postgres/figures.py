"""The figures of the fleet, by queries that indexes answer, however many posts were ever made."""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, extract, func, select

from bot.core.fleet.bot import ACTIVE, BotState, Job
from bot.core.fleet.figures import LOOKED_AT, FleetFigures
from bot.core.model.delivery import State
from bot.store.postgres.clock import NOW
from bot.store.postgres.due_work import is_free, same_account
from bot.store.postgres.engine import PostgresBackend
from bot.store.postgres.processes import GONE
from bot.store.postgres.tables import (
    fleet_accounts,
    fleet_bots,
    fleet_hosts,
    fleet_processes,
    fleet_tasks,
)
from bot.store.tables import deliveries

KEPT = timedelta(seconds=10)
"""How old figures may be."""
HOUR = timedelta(hours=1)
OVERDUE = timedelta(minutes=1)


@dataclass(kw_only=True, slots=True)
class FleetWatch:
    """Reads the figures, at most once in KEPT for all who ask. Thread-safe."""

    backend: PostgresBackend
    kept: timedelta = KEPT
    _figures: FleetFigures = field(default_factory=FleetFigures)
    _read_at: float = float("-inf")
    _lock: Lock = field(default_factory=Lock)

    def figures(self) -> FleetFigures:
        """The figures. Raises StoreError where the database cannot be read."""
        with self._lock:
            if time.monotonic() - self._read_at >= self.kept.total_seconds():
                self._figures = read_figures(self.backend)
                self._read_at = time.monotonic()
            return self._figures


def read_figures(backend: PostgresBackend) -> FleetFigures:
    """The figures now."""
    with backend.reading() as connection:
        posts = connection.execute(_posts()).one()
        tasks = connection.execute(_tasks()).one()
        return FleetFigures(
            bots={state.value: 0 for state in BotState} | _states(connection),
            due=posts.due,
            late=timedelta(seconds=float(max(posts.late or 0, tasks.late or 0))),
            posted=_count(connection, deliveries, deliveries.c.posted_at > NOW - HOUR),
            unsure=posts.unsure,
            overdue_tasks=tasks.overdue,
            open_hosts=_count(connection, fleet_hosts, fleet_hosts.c.open_until > NOW),
            processes=_processes(connection),
        )


def _posts() -> Select[Any]:
    """How many posts wait, and how long the oldest does that nothing holds back."""
    is_planned = (deliveries.c.state == State.PLANNED) & (fleet_bots.c.state == BotState.RUNNING)
    is_due = is_planned & (deliveries.c.not_before <= NOW)
    is_held = deliveries.c.held_until > NOW - LOOKED_AT
    could_go = is_due & ~func.coalesce(is_held, False) & _is_not_resting()
    unsure = (deliveries.c.state == State.UNSURE) & fleet_bots.c.state.in_(ACTIVE)
    query = select(
        _number(is_due).label("due"),
        _longest(deliveries.c.not_before, could_go).label("late"),
        _number(unsure).label("unsure"),
    ).where(deliveries.c.state.in_([State.PLANNED, State.UNSURE]))
    return _with_host(query, deliveries)


def _tasks() -> Select[Any]:
    """How many tasks nobody begins, and how long the oldest slot waits to be planned."""
    could_go = is_free(fleet_tasks) & _is_not_resting() & (fleet_bots.c.state == BotState.RUNNING)
    overdue = could_go & (fleet_tasks.c.due <= NOW - OVERDUE)
    query = select(
        _number(overdue).label("overdue"),
        _longest(fleet_tasks.c.due, could_go & (fleet_tasks.c.job == Job.PLAN)).label("late"),
    ).where(fleet_tasks.c.due <= NOW)
    return _with_host(query, fleet_tasks)


def _with_host(query: Select[Any], table: Table) -> Select[Any]:
    """The query with the bot, and the breaker of the server that would be asked."""
    return (
        query.select_from(table)
        .join(fleet_bots, fleet_bots.c.bot == table.c.bot)
        .outerjoin(fleet_accounts, same_account(table))
        .outerjoin(fleet_hosts, fleet_hosts.c.host == fleet_accounts.c.host)
    )


def _is_not_resting() -> ColumnElement[bool]:
    return fleet_hosts.c.open_until.is_(None) | (fleet_hosts.c.open_until <= NOW)


def _number(of: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(of)


def _longest(since: ColumnElement[Any], of: ColumnElement[bool]) -> ColumnElement[Any]:
    """The longest time since then, in seconds."""
    return func.max(extract("epoch", NOW - since)).filter(of)


def _count(connection: Connection, table: Table, which: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).select_from(table).where(which)) or 0


def _states(connection: Connection) -> dict[str, int]:
    query = select(fleet_bots.c.state, func.count().label("number")).group_by(fleet_bots.c.state)
    return {row.state.value: row.number for row in connection.execute(query)}


def _processes(connection: Connection) -> dict[str, int]:
    query = select(fleet_processes.c.kind, func.count().label("number")).group_by(
        fleet_processes.c.kind
    )
    alive = query.where(fleet_processes.c.seen_at >= NOW - GONE)
    return {row.kind: row.number for row in connection.execute(alive)}
