"""The tables that only PostgreSQL has: what lives in files elsewhere, and the fleet.

Moments are UTC. Nothing of them is read by a bot that runs alone on SQLite.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from bot.core.fleet.bot import BotState, Job
from bot.store import tables
from bot.store.rows import Moment, Words, enum_column

metadata = MetaData(naming_convention=tables.metadata.naming_convention)

kept_files = Table(
    "kept_file",
    metadata,
    Column("bot", Words, primary_key=True),
    Column("name", Words, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("is_encrypted", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
)
"""What a bot has in its data directory elsewhere: its key, its last good tips file."""

entry_words = Table(
    "entry_words",
    metadata,
    Column("bot", Words, primary_key=True),
    Column("entry", tables.NUMBER, primary_key=True),
    Column("words", TSVECTOR, nullable=False),
    Index(
        None,
        "words",
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": 256},
    ),
)
"""The full-text index: the words of each entry that may be shown.

Each search reads all words that are pending, so that the default of 4 MB costs it 16 ms; without
any, entries are stored half as fast.
"""

epochs = Table(
    "epoch",
    metadata,
    Column("identity", Words, primary_key=True),
    Column("since", Moment, nullable=False),
)
"""One row: which database this is (system identifier and timeline), and since when."""

fleet_bots = Table(
    "fleet_bot",
    metadata,
    Column("bot", Words, primary_key=True),
    Column("state", enum_column(BotState), nullable=False),
    Column("version", tables.NUMBER),
    Column("synced_hash", Words),
    Column("was_paused", Boolean, nullable=False, server_default=false()),
    Column("host", Words),
    Column("path", Words),
    Column("problem", Words),
    Column("quota_tips", Integer),
    Column("quota_posts_per_day", Integer),
    Column("quota_entries", Integer),
    Column("updated_at", Moment, nullable=False),
    Index(
        "uq_fleet_bot_address",
        "host",
        "path",
        unique=True,
        postgresql_where=text("state IN ('running', 'paused') AND host IS NOT NULL"),
    ),
)
"""The bots of the fleet. `version`: the one in use; `problem`: why a newer file was refused."""

fleet_versions = Table(
    "fleet_version",
    metadata,
    Column("bot", Words, primary_key=True),
    Column("number", tables.NUMBER, primary_key=True),
    Column("hash", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", Words, nullable=False),
)

fleet_files = Table(
    "fleet_file",
    metadata,
    Column("bot", Words, primary_key=True),
    Column("version", tables.NUMBER, primary_key=True),
    Column("name", Words, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
"""The files of each version: `tips.yaml`, and those that its tips name."""

fleet_actions = Table(
    "fleet_action",
    metadata,
    Column("id", tables.NUMBER, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("who", Words, nullable=False),
    Column("bot", Words),
    Column("what", Words, nullable=False),
    Column("detail", Words, nullable=False),
    PrimaryKeyConstraint("id"),
    Index(None, "bot", "id"),
)
"""Who did what: rows are only added."""

fleet_accounts = Table(
    "fleet_account",
    metadata,
    Column("bot", Words, primary_key=True),
    Column("account", Words, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("host", Words),
)
"""The accounts of each version in use; `host` null: the bot's own site."""

fleet_tasks = Table(
    "fleet_task",
    metadata,
    Column("bot", Words, primary_key=True),
    Column("job", enum_column(Job), primary_key=True),
    Column("account", Words, primary_key=True),
    Column("due", Moment, nullable=False),
    Column("handed_until", Moment),
    Column("token", Words),
    Index(None, "due"),
    Index("ix_fleet_task_handed", "bot", postgresql_where=text("handed_until IS NOT NULL")),
)
"""What is to be done for each bot and when, besides its deliveries.

`token`: names the worker that has it until `handed_until`."""

fleet_hosts = Table(
    "fleet_host",
    metadata,
    Column("host", Words, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("open_until", Moment),
)
"""The circuit breaker of each server that failed lately."""

fleet_limits = Table(
    "fleet_limit",
    metadata,
    Column("key", Words, primary_key=True),
    Column("until", Moment, nullable=False),
)
"""Until when a network takes no requests for a token, an app or an address."""

comment_limits = Table(
    "comment_limit",
    metadata,
    Column("bot", Words, primary_key=True),
    Column("bucket", Words, primary_key=True),
    Column("full_at", Moment, nullable=False),
    Index(None, "full_at"),
)
"""How much was written on a bot's site lately, and by whom (a keyed hash)."""

fleet_processes = Table(
    "fleet_process",
    metadata,
    Column("name", Words, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("slots", Integer, nullable=False),
)
"""The workers and web processes that run; `slots`: how many posts a worker sends at once."""


def whole_schema() -> MetaData:
    """Every table of a PostgreSQL database.

    Indexes of the deliveries that wait make them quick to find, however many are settled.
    """
    found = tables.numbered_by_bot()
    for table in metadata.sorted_tables:
        table.to_metadata(found)
    delivery = found.tables["delivery"]
    waiting = text("state IN ('planned', 'unsure')")
    sending = text("state = 'sending'")
    Index("ix_delivery_due", delivery.c.not_before, postgresql_where=waiting)
    Index("ix_delivery_lease", delivery.c.lease_until, postgresql_where=sending)
    handed = text("handed_until IS NOT NULL")
    Index("ix_delivery_handed", delivery.c.bot, postgresql_where=handed)
    return found
