"""The discussion's history, who asked for what, what is looked at again, and other sites' pings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From the first schema."""
    _extend_entries()
    _extend_comments()
    op.create_table(
        "entry_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("tip", sa.Text(), nullable=True),
        sa.Column("change", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_event")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_entry_event_entry"), "entry_event", ["entry"], unique=False)
    op.create_table(
        "thread",
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("stirred_at", sa.DateTime(), nullable=False),
        sa.Column("look_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("bot", "account", "remote_id", name=op.f("pk_thread")),
    )
    op.create_index(
        op.f("ix_thread_bot_account_look_at"), "thread", ["bot", "account", "look_at"], unique=False
    )
    op.create_table(
        "person",
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("bot", "account", "who", "rule", name=op.f("pk_person")),
    )
    op.create_table(
        "thanks",
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("bot", "entry", name=op.f("pk_thanks")),
    )
    op.create_index(
        op.f("ix_thanks_bot_account_at"), "thanks", ["bot", "account", "at"], unique=False
    )
    op.create_table(
        "ping",
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("protocol", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("not_before", sa.DateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("bot", "source", "target", name=op.f("pk_ping")),
    )


def _extend_entries() -> None:
    for column in (
        sa.Column("author_key", sa.Text(), nullable=False, server_default=""),
        sa.Column("author_wishes", sa.Text(), nullable=False, server_default=""),
        sa.Column("standing", sa.Text(), nullable=False, server_default="shown"),
        sa.Column("checked_at", sa.DateTime(), nullable=True),
        sa.Column("check_at", sa.DateTime(), nullable=True),
    ):
        op.add_column("entry", column)
    for columns in (
        ["bot", "at"],
        ["bot", "account", "author_key"],
        ["bot", "account", "check_at"],
    ):
        op.create_index(op.f(f"ix_entry_{'_'.join(columns)}"), "entry", columns, unique=False)

    op.execute("UPDATE entry SET checked_at = kept_at")
    op.execute("UPDATE entry SET check_at = kept_at WHERE deleted_at IS NULL AND NOT ours")


def _extend_comments() -> None:
    for column in (
        sa.Column("held", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("author_url", sa.Text(), nullable=True),
    ):
        op.add_column("comment", column)
    op.create_index(op.f("ix_comment_bot_source"), "comment", ["bot", "source"], unique=False)
