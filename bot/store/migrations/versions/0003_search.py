"""The full-text index, filled with what may be shown."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.core.discussion.search_query import spread

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_AT_ONCE = 1000
_SHOWN = sa.text(
    "SELECT id, text, author_name FROM entry WHERE id > :after AND deleted_at IS NULL"
    " AND standing = 'shown' AND visibility IN ('public', 'unlisted')"
    " ORDER BY id LIMIT :most"
)
_PUT = "INSERT INTO entry_words (rowid, text, author) VALUES (?, ?, ?)"


def upgrade() -> None:
    """From a log that only a person could search."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute(
        "CREATE VIRTUAL TABLE entry_words USING fts5("
        "text, author, content='', tokenize='unicode61 remove_diacritics 2')"
    )
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    after = 0
    while rows := connection.execute(_SHOWN, {"after": after, "most": _AT_ONCE}).all():
        connection.exec_driver_sql(
            _PUT, [(row.id, spread(row.text), spread(row.author_name)) for row in rows]
        )
        after = rows[-1].id
