"""The full-text index over the entries that may be shown: that of the connection's database."""

from sqlalchemy import Connection

from bot.store.site.word_index import WordIndex
from bot.store.sqlite.full_text_index import SqliteWordIndex


def index_of(connection: Connection, bot: str) -> WordIndex:
    """The index of this connection's database."""
    if connection.dialect.name == "sqlite":
        return SqliteWordIndex(connection, bot)
    from bot.store.postgres.full_text_index import PostgresWordIndex  # noqa: PLC0415 - few have such a database

    return PostgresWordIndex(connection, bot)
