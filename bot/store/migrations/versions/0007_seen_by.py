"""Who could see an entry before it changed, so that nobody is told of what they never saw."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From a history that does not know. Of its lines nobody is told that something went."""
    op.add_column("entry_event", sa.Column("seen_by", sa.Text(), nullable=True))
