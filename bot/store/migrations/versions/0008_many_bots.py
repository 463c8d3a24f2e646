"""Many bots in one database: a number is one of a bot, and the history of deliveries names it.

Also a full-text index that finds the same on every database, in every script.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from bot.core.discussion.search_query import spread

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_POSTGRESQL = Path(__file__).with_name("0008_postgresql.sql")
_NUMBERED = ("delivery", "delivery_event", "entry", "entry_event", "slot", "spending")
_REFERRING = (
    ("comment", "seq"),
    ("delivery_event", "delivery"),
    ("entry_event", "entry"),
    ("thanks", "entry"),
)
_SHOWN = sa.text(
    "SELECT id, coalesce(nullif(warning, '') || char(10), '') || text AS text, author_name"
    " FROM entry WHERE id > :after"
    " AND deleted_at IS NULL AND standing = 'shown' AND visibility IN ('public', 'unlisted')"
    " ORDER BY id LIMIT 1000"
)
_PUT = "INSERT INTO entry_words (rowid, text, author) VALUES (?, ?, ?)"


def upgrade() -> None:
    """From a file that one bot has for itself."""
    op.create_table("compatibility", sa.Column("oldest", sa.Text(), nullable=False))
    for name in ("handed_until", "held_until"):
        op.add_column("delivery", sa.Column(name, sa.DateTime(), nullable=True))
    bot = sa.Column("bot", sa.Text(), nullable=False, server_default="")
    op.add_column("delivery_event", bot)
    op.execute(
        "UPDATE delivery_event SET bot = coalesce("
        "(SELECT bot FROM delivery WHERE delivery.id = delivery_event.delivery), '')"
    )
    op.drop_index("ix_delivery_event_delivery", "delivery_event")
    op.create_index("ix_delivery_event_bot_delivery", "delivery_event", ["bot", "delivery"])
    op.drop_index("ix_entry_event_entry", "entry_event")
    op.create_index("ix_entry_event_bot_entry", "entry_event", ["bot", "entry"])
    if op.get_bind().dialect.name == "sqlite":
        _make_index_again(op.get_bind())
    else:
        _number_by_bot()
        op.get_bind().exec_driver_sql(_POSTGRESQL.read_text(encoding="utf-8"))


def _number_by_bot() -> None:
    """SQLite needs none of it: a file is one bot's, and its integers have 64 bits."""
    for table in _NUMBERED:
        op.alter_column(table, "id", type_=sa.BigInteger(), server_default=None)
        op.drop_constraint(f"pk_{table}", table)
        op.create_primary_key(f"pk_{table}", table, ["bot", "id"])
        op.execute(f"DROP SEQUENCE IF EXISTS {table}_id_seq")
    for table, column in _REFERRING:
        op.alter_column(table, column, type_=sa.BigInteger())


def _make_index_again(connection: sa.Connection) -> None:
    """With what may be shown. No release before had another database, and no entries there."""
    op.execute("DROP TABLE entry_words")
    op.execute(
        "CREATE VIRTUAL TABLE entry_words USING fts5(text, author, content='', tokenize='ascii')"
    )
    after = 0
    while rows := connection.execute(_SHOWN, {"after": after}).all():
        connection.exec_driver_sql(
            _PUT, [(row.id, spread(row.text), spread(row.author_name)) for row in rows]
        )
        after = rows[-1].id
