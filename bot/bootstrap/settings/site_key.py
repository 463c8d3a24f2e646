"""The bot's own secret, which signs the site's forms and links and makes people's pseudonyms."""

import hashlib
import hmac
import secrets
from pathlib import Path

from bot.core.discussion.people import Pseudonyms
from bot.regular_files import read_regular
from bot.store import clear_file_errors, replace_file

_BYTES = 32
_LONGEST = 4096


def site_key(data: Path) -> bytes:
    """The key in the data directory, made when there is none; only its owner can read it."""
    path = data / "site.key"
    with clear_file_errors(path):
        return _read(path) or _make(path)


def pseudonyms(data: Path) -> Pseudonyms:
    """Makes pseudonyms of people, with a key derived from the site key for this alone."""
    return Pseudonyms(hmac.new(site_key(data), b"masks", hashlib.sha256).digest())


def _read(path: Path) -> bytes | None:
    try:
        key = read_regular(path, _LONGEST)
    except FileNotFoundError:
        return None
    return key if len(key) >= _BYTES else None


def _make(path: Path) -> bytes:
    key = secrets.token_bytes(_BYTES)
    replace_file(path, key)
    return key
