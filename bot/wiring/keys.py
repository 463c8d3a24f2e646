"""The bot's own secret: with it the site seals its forms, and people are known by masks."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from bot.core.errors import StoreError
from bot.core.masks import Masks

_BYTES = 32


def site_key(data: Path) -> bytes:
    """The key in the data directory, made when there is none; only its owner can read it."""
    path = data / "site.key"
    try:
        return _read(path) or _make(path)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be used: {error.strerror}", "change its owner or mode"
        ) from None


def masks(data: Path) -> Masks:
    """What makes masks of people, with a key that is made from the site's for this alone."""
    return Masks(hmac.new(site_key(data), b"masks", hashlib.sha256).digest())


def _read(path: Path) -> bytes | None:
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        return None
    return key if len(key) >= _BYTES else None


def _make(path: Path) -> bytes:
    key = secrets.token_bytes(_BYTES)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(file, key)
        os.fsync(file)
    finally:
        os.close(file)
    fresh.replace(path)
    return key
