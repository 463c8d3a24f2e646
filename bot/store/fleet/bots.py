"""`core.ports.fleet_store.FleetBots` over SQL."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from bot.core.errors import UsageError
from bot.core.fleet.bot import ACTIVE, FleetAccount, FleetBot, Quotas
from bot.store.postgres.tables import fleet_accounts, fleet_actions, fleet_bots, whole_schema
from bot.store.rows import columns, made, upserting

_QUOTA = "quota_"


class SqlFleetBots:
    """The bots, in one transaction."""

    def __init__(self, connection: Connection, *, writing: bool) -> None:
        self._connection = connection
        self._writing = writing

    def all(self) -> Sequence[FleetBot]:
        """Every bot, by id."""
        query = select(fleet_bots).order_by(fleet_bots.c.bot)
        return [_bot(row) for row in self._connection.execute(query)]

    def get(self, bot: str) -> FleetBot | None:
        """One bot, or None."""
        query = select(fleet_bots).where(fleet_bots.c.bot == bot)
        row = self._connection.execute(query.with_for_update() if self._writing else query).first()
        return None if row is None else _bot(row)

    def put(self, bot: FleetBot) -> None:
        """Store a bot. Raises UsageError where another one has its address."""
        self._require_free(bot)
        values = columns(bot, "quotas") | {
            f"{_QUOTA}{name}": value for name, value in columns(bot.quotas).items()
        }
        new = upserting(self._connection, fleet_bots).values(values)
        change = {name: value for name, value in values.items() if name != "bot"}
        self._connection.execute(new.on_conflict_do_update(index_elements=["bot"], set_=change))

    def _require_free(self, bot: FleetBot) -> None:
        if bot.host is None or not bot.state.is_active:
            return
        other = self._connection.scalar(
            select(fleet_bots.c.bot).where(
                fleet_bots.c.host == bot.host,
                fleet_bots.c.path == bot.path,
                fleet_bots.c.state.in_(ACTIVE),
                fleet_bots.c.bot != bot.bot,
            )
        )
        if other is not None:
            raise UsageError(
                f"{bot.host}{bot.path} is the site of the bot {other!r}",
                "give one of them another bot.site",
            )

    def accounts(self, bot: str) -> Sequence[FleetAccount]:
        """The accounts of the version in use."""
        query = select(fleet_accounts).where(fleet_accounts.c.bot == bot)
        rows = self._connection.execute(query.order_by(fleet_accounts.c.account))
        return [made(FleetAccount, row) for row in rows]

    def all_accounts(self) -> Mapping[str, Sequence[FleetAccount]]:
        """The accounts of each bot that is not stopped."""
        of_active = (
            select(fleet_accounts)
            .join(fleet_bots, fleet_bots.c.bot == fleet_accounts.c.bot)
            .where(fleet_bots.c.state.in_(ACTIVE))
            .order_by(fleet_accounts.c.bot, fleet_accounts.c.account)
        )
        found: dict[str, list[FleetAccount]] = {}
        for row in self._connection.execute(of_active):
            found.setdefault(row.bot, []).append(made(FleetAccount, row))
        return found

    def set_accounts(self, bot: str, accounts: Collection[FleetAccount]) -> None:
        """Store the accounts in place of earlier ones."""
        self._connection.execute(delete(fleet_accounts).where(fleet_accounts.c.bot == bot))
        if rows := [{"bot": bot, **columns(account)} for account in accounts]:
            self._connection.execute(insert(fleet_accounts), rows)

    def erase(self, bot: str) -> int:
        """Delete the rows of a bot in every table that has any."""
        done = 0
        for table in whole_schema().sorted_tables:
            column = table.c.id if table.name == "bot" else table.c.get("bot")
            if column is not None and table.name != fleet_actions.name:
                done += self._connection.execute(delete(table).where(column == bot)).rowcount
        return done


def quotas_of(connection: Connection, bot: str) -> Quotas:
    """The limits of a bot; none where it is no bot of a fleet."""
    columns_of_quotas = [column for column in fleet_bots.c if column.name.startswith(_QUOTA)]
    row = connection.execute(select(*columns_of_quotas).where(fleet_bots.c.bot == bot)).first()
    return Quotas() if row is None else made(Quotas, row, _QUOTA)


def _bot(row: Row[Any]) -> FleetBot:
    return made(FleetBot, row, quotas=made(Quotas, row, _QUOTA))
