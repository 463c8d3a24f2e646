"""The keys that encrypt what bots keep in a PostgreSQL database, and their rotation."""

import base64
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.bootstrap.settings.environment import environment
from bot.core.errors import StoreError, UsageError
from bot.store import encrypt_anew


def new_key() -> str:
    """A new key, as a line of the file that TIPSBOT_KEY_FILE names."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii")


def rotate(file: Path, variables: Mapping[str, str]) -> Iterator[StoreError | None]:
    """Encrypt everything under the first key of that file.

    Gives None for each thing that was done, and the error for each that no key decrypts. Raises
    UsageError where there is no database or no file with keys.
    """
    environ = environment(file, variables)
    if environ.database_url is None:
        raise UsageError(
            "there is nothing encrypted in a data directory", "set TIPSBOT_DATABASE_URL"
        )
    if environ.key_file is None:
        raise UsageError("there are no keys", "set TIPSBOT_KEY_FILE to the file that holds them")
    yield from encrypt_anew(environ.database_url, environ.key_file)
