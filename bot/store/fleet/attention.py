"""`core.ports.fleet_store.FleetAttention` over SQL."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, exists, func, select

from bot.core.fleet.bot import ACTIVE, BotState
from bot.core.fleet.figures import LOOKED_AT
from bot.core.model.delivery import Delivery, State
from bot.core.model.schedule import Outcome
from bot.core.ports.account_store import Pause
from bot.store.postgres.due_work import same_account
from bot.store.postgres.tables import fleet_accounts, fleet_bots, fleet_hosts
from bot.store.posting.ledger import delivery_in
from bot.store.rows import made
from bot.store.tables import deliveries, entries, notes, pauses, slots

_Value = TypeVar("_Value")


class SqlFleetAttention:
    """What may need a person, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def unsure(self) -> Mapping[str, Sequence[Delivery]]:
        """The unsure deliveries of bots that are not stopped."""
        query = _of_active(select(deliveries), deliveries.c.bot)
        query = query.where(deliveries.c.state == State.UNSURE).order_by(deliveries.c.id)
        return _by_bot((row.bot, delivery_in(row)) for row in self._connection.execute(query))

    def refused(self, since: datetime) -> Mapping[str, Sequence[Delivery]]:
        """The refused deliveries of the accounts in use, found by the index of each account."""
        query = _of_active(select(deliveries), deliveries.c.bot)
        query = query.join(fleet_accounts, same_account(deliveries)).order_by(deliveries.c.id)
        query = query.where(deliveries.c.state == State.REFUSED, deliveries.c.due > since)
        return _by_bot((row.bot, delivery_in(row)) for row in self._connection.execute(query))

    def held(self, now: datetime) -> Mapping[str, Sequence[Pause]]:
        """The pauses that bots began by themselves."""
        query = _of_active(select(pauses), pauses.c.bot).where(
            pauses.c.by_operator.is_(False), pauses.c.until.is_(None) | (pauses.c.until > now)
        )
        rows = self._connection.execute(query.order_by(pauses.c.bot, pauses.c.name))
        return _by_bot((row.bot, made(Pause, row)) for row in rows)

    def late(self, before: datetime, now: datetime) -> Mapping[str, int]:
        """The number of planned posts that were due before, and that nothing holds back."""
        is_paused = exists().where(
            pauses.c.bot == deliveries.c.bot,
            pauses.c.name == func.concat("account:", deliveries.c.account),
        )
        is_held = func.coalesce(deliveries.c.held_until > now - LOOKED_AT, False)
        query = (
            select(deliveries.c.bot, func.count().label("number"))
            .join(fleet_bots, fleet_bots.c.bot == deliveries.c.bot)
            .where(fleet_bots.c.state == BotState.RUNNING)
            .where(deliveries.c.state == State.PLANNED, deliveries.c.due < before)
            .where(~is_paused, ~is_held, ~_server_rests(now))
            .group_by(deliveries.c.bot)
        )
        return {row.bot: row.number for row in self._connection.execute(query)}

    def entries(self, bots: Collection[str]) -> Mapping[str, int]:
        """The number of entries of others that are kept."""
        query = (
            select(entries.c.bot, func.count().label("number"))
            .where(entries.c.bot.in_(bots), entries.c.ours.is_(False))
            .where(entries.c.deleted_at.is_(None))
            .group_by(entries.c.bot)
        )
        return {row.bot: row.number for row in self._connection.execute(query)}

    def skipped(self, bots: Collection[str], since: datetime) -> Mapping[str, Sequence[str]]:
        """Why slots of these bots were skipped since then."""
        query = (
            select(slots.c.bot, slots.c.why)
            .where(slots.c.bot.in_(bots), slots.c.due > since)
            .where(slots.c.outcome == Outcome.SKIPPED)
            .order_by(slots.c.bot, slots.c.due)
        )
        return _by_bot((row.bot, row.why) for row in self._connection.execute(query))

    def noted(self, name: str) -> Mapping[str, str]:
        """A note of each running bot."""
        query = (
            select(notes.c.bot, notes.c.value)
            .join(fleet_bots, fleet_bots.c.bot == notes.c.bot)
            .where(fleet_bots.c.state == BotState.RUNNING, notes.c.name == name)
        )
        return {row.bot: row.value for row in self._connection.execute(query)}


def _server_rests(now: datetime) -> ColumnElement[bool]:
    """Whether the server of a delivery's account is asked nothing for now."""
    return exists().where(
        fleet_accounts.c.bot == deliveries.c.bot,
        fleet_accounts.c.account == deliveries.c.account,
        fleet_hosts.c.host == fleet_accounts.c.host,
        fleet_hosts.c.open_until > now,
    )


def _of_active(query: Select[Any], bot: ColumnElement[str]) -> Select[Any]:
    """The query for bots that are not stopped."""
    joined = query.join(fleet_bots, fleet_bots.c.bot == bot)
    return joined.where(fleet_bots.c.state.in_(ACTIVE))


def _by_bot(found: Iterable[tuple[str, _Value]]) -> dict[str, list[_Value]]:
    by_bot: dict[str, list[_Value]] = {}
    for bot, value in found:
        by_bot.setdefault(bot, []).append(value)
    return by_bot
