"""What is due for the bots of a fleet, and who has it: over the ledger and the table of tasks.

Only the database's clock counts. A row that is handed out and not done by `handed_until` is found
again, so that a job which was lost costs no more than that.
"""

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    and_,
    case,
    select,
    text,
    tuple_,
    update,
)

from bot.core.fleet.bot import BotState
from bot.core.fleet.handing_out import MOST_OF_A_BOT, Handed, InFlight, Work, choose
from bot.core.model.delivery import State
from bot.store.postgres.clock import NOW
from bot.store.postgres.engine import PostgresBackend
from bot.store.postgres.tables import fleet_accounts, fleet_bots, fleet_hosts, fleet_tasks
from bot.store.tables import deliveries

DELIVER = "deliver"
"""The job that sends what is due on an account."""
HANDED = timedelta(seconds=15)
"""How long a worker has until it claims what it was handed, and until it renews a task."""
HELD = timedelta(seconds=15)
"""How long a post that is held back waits until it is looked at again."""
_CANDIDATES = 8
"""How many rows are read for one that is wanted: some cannot be handed out now."""
_KEY = tuple_(fleet_tasks.c.bot, fleet_tasks.c.job, fleet_tasks.c.account)
_LOCKS = {"posts": 0x746970_01, "tasks": 0x746970_02}
"""Advisory locks: one process at a time hands out, or a bot would have too many jobs in flight."""

_WAITS = deliveries.c.state.in_([State.PLANNED, State.UNSURE])
_IS_LATE = (deliveries.c.state == State.PLANNED) & (deliveries.c.deadline < NOW)
"""Such a post is ended and not sent, so that no server is asked: a breaker does not delay that."""


@dataclass(frozen=True, slots=True)
class DueWork:
    """Hands out what is due, to any number of workers at once."""

    backend: PostgresBackend

    def posts(self, wanted: int, slots: int) -> list[Handed]:
        """Accounts with posts that are due, for at most `wanted` jobs; `slots` is of all workers.

        Also those that a worker left in the middle, whose lease has ended.
        """
        left = (deliveries.c.state == State.SENDING) & (deliveries.c.lease_until <= NOW)
        with self._handing_out("posts") as connection:
            flying = self._flying(connection, _posts_in_flight(), slots)
            found: list[Any] = []
            for is_due, order in (
                (_WAITS & (deliveries.c.not_before <= NOW), deliveries.c.not_before),
                (left, deliveries.c.lease_until),
            ):
                query = _due_posts(flying).where(is_due).order_by(order)
                found += connection.execute(query.limit(_CANDIDATES * wanted)).all()
            chosen = choose((_work(row, DELIVER) for row in found), flying, wanted)
            accounts = {(one.bot, one.account) for one in chosen}
            ids = [(row.bot, row.id) for row in found if (row.bot, row.account) in accounts]
            if ids:
                mine = tuple_(deliveries.c.bot, deliveries.c.id).in_(ids)
                connection.execute(update(deliveries).where(mine).values(handed_until=NOW + HANDED))
        return [_handed(one, "") for one in chosen]

    def tasks(self, wanted: int, slots: int) -> list[Handed]:
        """Tasks that are due, at most `wanted`; `slots` is of all workers."""
        token = secrets.token_hex(8)
        with self._handing_out("tasks") as connection:
            flying = self._flying(connection, _tasks_in_flight(), slots)
            query = _due_tasks(flying).order_by(fleet_tasks.c.due).limit(_CANDIDATES * wanted)
            found = connection.execute(query).all()
            chosen = choose((_work(row, row.job.value) for row in found), flying, wanted)
            if chosen:
                mine = _KEY.in_([(one.bot, one.job, one.account) for one in chosen])
                values = {"handed_until": NOW + HANDED, "token": token}
                connection.execute(update(fleet_tasks).where(mine).values(values))
        return [_handed(one, token) for one in chosen]

    def begin(self, handed: Handed) -> datetime | None:
        """Take a task; when it was due, or None where somebody else has it: the job is a double."""
        with self.backend.statement() as connection:
            taken = update(fleet_tasks).where(_is(handed)).values(handed_until=NOW + HANDED)
            due: datetime | None = connection.scalar(taken.returning(fleet_tasks.c.due))
            return due

    def renew(self, running: Iterable[Handed]) -> None:
        """Keep what this process is still doing, which counts as in flight."""
        tasks: list[Handed] = []
        posts: list[Handed] = []
        for one in running:
            (tasks if one.token else posts).append(one)
        with self.backend.statement() as connection:
            _extend(connection, fleet_tasks, tasks, "bot", "job", "account", "token")
            _extend(connection, deliveries, posts, "bot", "account")

    def finish(self, handed: Handed, was_due: datetime, following: datetime) -> None:
        """Note when a task is due next; at once where it was asked for while it was done."""
        due = case((fleet_tasks.c.due > was_due, fleet_tasks.c.due), else_=following)
        done = update(fleet_tasks).where(_is(handed))
        with self.backend.statement() as connection:
            connection.execute(done.values(due=due, handed_until=None, token=None))

    def ask(self, bot: str, job: str, account: str = "") -> None:
        """Have a task done now, or once more if it is being done."""
        is_later = (fleet_tasks.c.due > NOW) | fleet_tasks.c.handed_until.is_not(None)
        asked = update(fleet_tasks).where(_is_task(bot, job, account), is_later)
        with self.backend.statement() as connection:
            connection.execute(asked.values(due=NOW))

    def hold_back(self, bot: str, account: str, lasted: timedelta) -> None:
        """End the job on an account: what was due when it began and was not sent waits a little.

        What came due while it `lasted` may not have been looked at, and is handed out at once.
        """
        of_account = (deliveries.c.bot == bot) & (deliveries.c.account == account)
        is_handed = deliveries.c.handed_until.is_not(None)
        waits = _WAITS & (deliveries.c.not_before <= NOW - lasted)
        held = case((waits, NOW + HELD), else_=deliveries.c.held_until)
        ended = update(deliveries).values(handed_until=None, held_until=held)
        with self.backend.statement() as connection:
            connection.execute(ended.where(of_account, is_handed | waits))

    def release(self, bot: str, account: str) -> None:
        """Hand out at once what waits on other accounts for the post on this one."""
        others = (deliveries.c.bot == bot) & (deliveries.c.account != account) & _WAITS
        with self.backend.statement() as connection:
            connection.execute(update(deliveries).where(others).values(held_until=None))

    def _flying(self, connection: Connection, query: Select[Any], slots: int) -> InFlight:
        """What workers have now by this query, and which servers are asked nothing."""
        having = connection.execute(query).all()
        broken = select(fleet_hosts.c.host).where(fleet_hosts.c.open_until > NOW)
        return InFlight(
            bots=Counter(row.bot for row in having),
            hosts=Counter(row.host for row in having if row.host is not None),
            broken=frozenset(connection.scalars(broken)),
            slots=slots,
        )

    @contextmanager
    def _handing_out(self, kind: str) -> Iterator[Connection]:
        """A transaction in which no other process hands out; one that freezes in it loses it."""
        with self.backend.transaction() as connection:
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 10000"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCKS[kind]})
            yield connection


def _due_posts(flying: InFlight) -> Select[Any]:
    """The deliveries of bots that run, which nobody has and which may be handed out."""
    host = case((_IS_LATE, None), else_=fleet_accounts.c.host).label("host")
    return (
        select(deliveries.c.bot, deliveries.c.account, deliveries.c.id, host)
        .join(fleet_bots, fleet_bots.c.bot == deliveries.c.bot)
        .outerjoin(fleet_accounts, same_account(deliveries))
        .where(is_free(deliveries), _is_not_held(), *_may_go(deliveries, host, flying))
        .with_for_update(of=deliveries, skip_locked=True)
    )


def _due_tasks(flying: InFlight) -> Select[Any]:
    """The same for tasks."""
    return (
        select(fleet_tasks.c.bot, fleet_tasks.c.job, fleet_tasks.c.account, fleet_accounts.c.host)
        .join(fleet_bots, fleet_bots.c.bot == fleet_tasks.c.bot)
        .outerjoin(fleet_accounts, same_account(fleet_tasks))
        .where(fleet_tasks.c.due <= NOW, is_free(fleet_tasks))
        .where(*_may_go(fleet_tasks, fleet_accounts.c.host, flying))
        .with_for_update(of=fleet_tasks, skip_locked=True)
    )


def _may_go(
    table: Table, host: ColumnElement[str], flying: InFlight
) -> tuple[ColumnElement[bool], ...]:
    """That the bot and the server take more: the others would hide what comes after them."""
    busy = [bot for bot, number in flying.bots.items() if number >= MOST_OF_A_BOT]
    barred = [*flying.broken, *(host for host in flying.hosts if flying.is_busy(host))]
    is_running = fleet_bots.c.state == BotState.RUNNING
    return is_running, table.c.bot.not_in(busy), host.is_(None) | host.not_in(barred)


def _posts_in_flight() -> Select[Any]:
    """Bot and server of each account that has posts in the hands of a worker."""
    unsettled = deliveries.c.state.in_([State.PLANNED, State.UNSURE, State.SENDING])
    return (
        select(deliveries.c.bot, deliveries.c.account, fleet_accounts.c.host)
        .outerjoin(fleet_accounts, same_account(deliveries))
        .where(deliveries.c.handed_until > NOW, unsettled)
        .distinct()
    )


def _tasks_in_flight() -> Select[Any]:
    """Bot and server of each task in the hands of a worker."""
    return (
        select(fleet_tasks.c.bot, fleet_accounts.c.host)
        .outerjoin(fleet_accounts, same_account(fleet_tasks))
        .where(fleet_tasks.c.handed_until > NOW)
    )


def same_account(table: Table) -> ColumnElement[bool]:
    """Whether a row of `fleet_account` is that of a row of this table."""
    same_bot = fleet_accounts.c.bot == table.c.bot
    return same_bot & (fleet_accounts.c.account == table.c.account)


def is_free(table: Table) -> ColumnElement[bool]:
    """Whether nobody has been handed the row."""
    return table.c.handed_until.is_(None) | (table.c.handed_until <= NOW)


def _is_not_held() -> ColumnElement[bool]:
    return deliveries.c.held_until.is_(None) | (deliveries.c.held_until <= NOW)


def _is_task(bot: str, job: str, account: str) -> ColumnElement[bool]:
    one = {"bot": bot, "job": job, "account": account}
    return and_(*(fleet_tasks.c[name] == value for name, value in one.items()))


def _is(handed: Handed) -> ColumnElement[bool]:
    """Whether it is the task, and still in the hands of this worker."""
    is_mine = fleet_tasks.c.token == handed.token
    return _is_task(handed.bot, handed.job, handed.account) & is_mine


def _extend(connection: Connection, table: Table, mine: Sequence[Handed], *names: str) -> None:
    """Let these jobs have what they were handed for longer, by the columns of these names."""
    if mine:
        given = [tuple(getattr(one, name) for name in names) for one in mine]
        theirs = tuple_(*(table.c[name] for name in names)).in_(given)
        is_handed = table.c.handed_until.is_not(None)
        longer = update(table).values(handed_until=NOW + HANDED)
        connection.execute(longer.where(theirs, is_handed))


def _work(row: Row[Any], job: str) -> Work:
    return Work(bot=row.bot, job=job, account=row.account, host=row.host)


def _handed(one: Work, token: str) -> Handed:
    return Handed(bot=one.bot, job=one.job, account=one.account, token=token)
