"""How the fleet connects to PostgreSQL, and the one error that it raises where that fails."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from procrastinate.exceptions import ProcrastinateException
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bot.core.errors import StoreError

_OPTIONS: dict[str, Any] = {
    "application_name": "tipsbot",
    "connect_timeout": 5,
    # A connection that was cut without a word is noticed within about 15 seconds.
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""Seconds, the last in milliseconds; what the address says itself goes before."""

_NO_TABLES = (
    psycopg.errors.UndefinedFunction,
    psycopg.errors.UndefinedObject,
    psycopg.errors.UndefinedTable,
)

for _name in ("procrastinate", "psycopg", "psycopg.pool"):
    # Their lines name the server and its user.
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


def connection_string(url: str) -> str:
    """What libpq connects with, from a `postgresql://` address. Raises StoreError, without it."""
    try:
        given = conninfo_to_dict(url.replace("postgresql+psycopg://", "postgresql://", 1))
        return make_conninfo(**{**_OPTIONS, **given})
    except psycopg.Error:
        raise StoreError(
            "the address of PostgreSQL cannot be read",
            "write postgresql://user:password@host:port/name",
        ) from None


@contextmanager
def clear_errors() -> Iterator[None]:
    """Raise StoreError for every error of the driver, whose own words name server and user."""
    try:
        yield
    except (psycopg.Error, ProcrastinateException) as error:
        cause = error.__cause__ if isinstance(error.__cause__, psycopg.Error) else error
        if isinstance(cause, _NO_TABLES):
            raise StoreError("PostgreSQL has no job queue", "run tipsbot migrate") from None
        # The class's name is all of the error that is safe to show.
        raise StoreError(
            f"PostgreSQL's job queue cannot be used ({type(cause).__name__})"
        ) from None
