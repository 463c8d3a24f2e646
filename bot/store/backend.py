"""What differs between the databases: how a transaction begins, and what an error means."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from json import JSONDecodeError
from typing import Protocol

from pydantic import ValidationError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.core.errors import StoreError
from bot.core.ports.kept_files import KeptFiles
from bot.core.ports.platform import Clock


class Backend(Protocol):
    """An open database of one kind."""

    @property
    def engine(self) -> Engine:
        """The connections to it."""

    @property
    def place(self) -> str:
        """What messages call it: never an address that holds a password."""

    @property
    def clock(self) -> Clock | None:
        """The clock that all machines share which use this database; None: they are one machine."""

    def files(self, bot: str) -> KeptFiles:
        """The small files that a bot keeps."""

    def begin(self, bot: str, *, writing: bool) -> AbstractContextManager[Connection]:
        """A transaction, committed if it is `writing` and nothing was raised.

        One that is `writing` holds the bot's write lock from its first moment. One that is not sees
        one state of the database, and raises RuntimeError where something is written in it. Raises
        StoreError for every error of the database.
        """


@contextmanager
def clear_errors(place: object, explain: Callable[[DBAPIError], StoreError]) -> Iterator[None]:
    """Turn the errors of a database into one clear line; `explain` knows those of its driver."""
    try:
        yield
    except DBAPIError as error:
        raise explain(error) from error
    except PoolTimeoutError as error:
        raise StoreError(
            f"{place}: database is busy (connection pool exhausted)",
            "try again; if it happens again, restart the bot",
        ) from error
    except ValueError as error:
        if not _is_of_a_row(error):
            raise
        raise StoreError(f"{place}: a row is malformed", "restore it from a backup") from None


_READERS = ("sqlalchemy", "pydantic", "json", "enum", "_strptime")
"""Modules whose ValueErrors mean that a row holds a wrong value."""


def _is_of_a_row(error: ValueError) -> bool:
    """Whether a row could not be read; the message of such an error quotes that row."""
    if isinstance(error, (ValidationError, UnicodeError, JSONDecodeError)):
        return True
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    module = str(trace.tb_frame.f_globals.get("__name__", "")) if trace is not None else ""
    return module.partition(".")[0] in _READERS
