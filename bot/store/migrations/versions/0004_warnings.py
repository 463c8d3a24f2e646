"""The warnings that people put before their words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From a log without warnings. Null says that nobody knows whether there was one."""
    op.add_column("entry", sa.Column("warning", sa.Text(), nullable=True))
