"""Optional parts of libraries that a running bot never uses, and that take 9 MB of memory."""

import sys
import warnings
from collections.abc import Mapping

UNUSED = (
    "attr",  # rich shows classes of it
    "charset_normalizer",  # requests guesses encodings: the bot reads bytes, and JSON
    "greenlet",  # SQLAlchemy runs on asyncio
    "rich",  # structlog shows tracebacks: the bot logs none
    "watchfiles",  # uvicorn restarts when code changes
)
"""Each library works without its optional part, and loads it wherever it is installed."""

FLEET = ("cryptography", "procrastinate", "psycopg", "psycopg_pool")
"""Packages of the extra `fleet`: a bot on SQLite needs none, but Mastodon.py loads one it finds."""

DATABASE = ("TIPSBOT_DATABASE_URL", "TIPSBOT_DATABASE_URL_FILE")
"""The variables that name a PostgreSQL database."""


def skip_unused(variables: Mapping[str, str]) -> None:
    """Keep libraries from loading these; call this before any of them is imported."""
    needs_fleet = any(variables.get(name) for name in DATABASE)
    for name in UNUSED if needs_fleet else UNUSED + FLEET:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # the language's own way
    warnings.filterwarnings("ignore", message="Unable to find acceptable character detection")
