"""Small files that a bot keeps: in the database, encrypted where there is a file with keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.elements import ColumnElement

from bot.core.errors import StoreError
from bot.store.postgres.clock import PRESENT
from bot.store.postgres.tables import kept_files
from bot.store.rows import of_bot

if TYPE_CHECKING:
    from bot.store.postgres.encryption import KeyFile
    from bot.store.postgres.engine import PostgresBackend


@dataclass(frozen=True, slots=True)
class DatabaseFiles:
    """Implements `core.ports.kept_files.KeptFiles` in a PostgreSQL database.

    Each call is a transaction of its own and takes no lock of the bot, so that it may be made
    while another transaction is open.
    """

    backend: PostgresBackend
    bot: str

    def read(self, name: str) -> bytes | None:
        """The content of a file, or None."""
        with self.backend.transaction() as connection:
            row = connection.execute(select(kept_files).where(self._is(name))).first()
        return None if row is None else _opened(row, self.backend.keys)

    def write(self, name: str, data: bytes) -> None:
        """Replace a file."""
        with self.backend.transaction() as connection:
            self.put(connection, name, data)

    def put(self, connection: Connection, name: str, data: bytes) -> None:
        """The same in a transaction that others commit."""
        row = self._row(data)
        new = insert(kept_files).values(bot=self.bot, name=name, **row)
        connection.execute(new.on_conflict_do_update(index_elements=["bot", "name"], set_=row))

    def make(self, name: str, data: bytes) -> bytes:
        """Make a file, unless another process has done so."""
        new = insert(kept_files).values(bot=self.bot, name=name, **self._row(data))
        with self.backend.transaction() as connection:
            connection.execute(new.on_conflict_do_nothing())
            row = connection.execute(select(kept_files).where(self._is(name))).one()
        return _opened(row, self.backend.keys)

    def _is(self, name: str) -> ColumnElement[bool]:
        return of_bot(kept_files, self.bot, name=name)

    def _row(self, data: bytes) -> dict[str, object]:
        stored = data if self.backend.keys is None else self.backend.keys.encrypt(data)
        return {"data": stored, "is_encrypted": self.backend.keys is not None, "at": PRESENT}


def only_bot_with(backend: PostgresBackend, name: str) -> str | None:
    """The one bot that has a file of this name; None where no bot has one, or several do."""
    query = select(kept_files.c.bot).where(kept_files.c.name == name).limit(2)
    with backend.transaction() as connection:
        found = connection.scalars(query).all()
    return found[0] if len(found) == 1 else None


def encrypt_anew(backend: PostgresBackend, keys: KeyFile) -> Iterator[StoreError | None]:
    """Encrypt every file of every bot under the newest key, one at a time.

    Gives None for each that was done, and the error for each that no key decrypts.
    """
    last = ("", "")
    while True:
        with backend.transaction() as connection:
            row = _following(connection, last)
            if row is None:
                return
            last = (row.bot, row.name)
            error = _encrypt(connection, row, keys)
        yield error


def _following(connection: Connection, last: tuple[str, str]) -> Row[Any] | None:
    """The file after this one, locked."""
    key = tuple_(kept_files.c.bot, kept_files.c.name)
    query = select(kept_files).where(key > last).order_by(kept_files.c.bot, kept_files.c.name)
    return connection.execute(query.limit(1).with_for_update()).first()


def _encrypt(connection: Connection, row: Row[Any], keys: KeyFile) -> StoreError | None:
    try:
        data = keys.encrypt(_opened(row, keys))
    except StoreError as error:
        return error
    change = update(kept_files).where(of_bot(kept_files, row.bot, name=row.name))
    connection.execute(change.values(data=data, is_encrypted=True, at=PRESENT))
    return None


def _opened(row: Row[Any], keys: KeyFile | None) -> bytes:
    """The content of a file in the clear."""
    what = f"PostgreSQL: {row.name} of bot {row.bot}"
    if not row.is_encrypted:
        return bytes(row.data)
    if keys is None:
        raise StoreError(f"{what} is encrypted", "set TIPSBOT_KEY_FILE to the file with its key")
    return keys.decrypt(bytes(row.data), what)
