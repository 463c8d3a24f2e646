"""Many bots in one database: a number is one of a bot, and the history of deliveries names it.

Also a full-text index that finds the same on every database, in every script.
"""

from __future__ import annotations

from itertools import groupby

import sqlalchemy as sa
from alembic import op

from bot.store.postgres.tables import whole_schema
from bot.store.site.full_text_index import index_of
from bot.store.site.word_index import Indexed
from bot.store.sqlite.full_text_index import MAKE

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_NUMBERED = ("delivery", "delivery_event", "entry", "entry_event", "slot", "spending")
_REFERRING = (
    ("comment", "seq"),
    ("delivery_event", "delivery"),
    ("entry_event", "entry"),
    ("thanks", "entry"),
)
_INDEXES = (
    ("ix_delivery_due", "not_before", "state IN ('planned', 'unsure')"),
    ("ix_delivery_lease", "lease_until", "state = 'sending'"),
    ("ix_delivery_handed", "bot", "handed_until IS NOT NULL"),
    ("ix_delivery_posted", "posted_at", "posted_at IS NOT NULL"),
)
_SHOWN = sa.text(
    "SELECT bot, id, warning, text, author_name FROM entry WHERE id > :after"
    " AND deleted_at IS NULL AND standing = 'shown' AND visibility IN ('public', 'unlisted')"
    " ORDER BY id LIMIT 1000"
)


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
        op.execute("DROP TABLE entry_words")
        op.execute(MAKE)
    else:
        _number_by_bot()
    _fill_index(op.get_bind())


def _number_by_bot() -> None:
    """SQLite needs none of it: a file is one bot's, and its integers have 64 bits."""
    for table in _NUMBERED:
        op.alter_column(table, "id", type_=sa.BigInteger(), server_default=None)
        op.drop_constraint(f"pk_{table}", table)
        op.create_primary_key(f"pk_{table}", table, ["bot", "id"])
        op.execute(f"DROP SEQUENCE IF EXISTS {table}_id_seq")
    for table, column in _REFERRING:
        op.alter_column(table, column, type_=sa.BigInteger())
    whole_schema().create_all(op.get_bind())
    for name, column, where in _INDEXES:
        op.create_index(name, "delivery", [column], postgresql_where=sa.text(where))


def _fill_index(connection: sa.Connection) -> None:
    """With what may be shown; the numbers are still those of all bots together."""
    after = 0
    while rows := connection.execute(_SHOWN, {"after": after}).all():
        for bot, some in groupby(rows, lambda row: row.bot):
            words = [Indexed.of(row.id, row.warning, row.text, row.author_name) for row in some]
            index_of(connection, bot).add(words)
        after = rows[-1].id
