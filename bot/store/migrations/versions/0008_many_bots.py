"""Many bots in one database: a number is one of a bot, and the history of deliveries names it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.postgres.tables import whole_schema

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
    if op.get_bind().dialect.name != "sqlite":
        _number_by_bot()


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
