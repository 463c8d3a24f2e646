"""Values out of a server's answer: each is what it should be, or empty. Nothing here raises."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.outbound.rate_limits import iso_date

Record = Mapping[str, Any]

_HALF = re.compile("[\ud800-\udfff]")
"""Half of a character: JSON can spell it, and nothing that reads UTF-8 takes it."""
_FIRST_POST = datetime(2022, 11, 1, tzinfo=UTC)
"""There was no post on Bluesky before."""
_NAME = re.compile("[A-Za-z][A-Za-z0-9]*")
_LONGEST_REFUSAL = 64 * 1024
"""Bytes; more than any server's own refusal has."""


def record(value: object) -> Record:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def records(value: object) -> list[Record]:
    """The objects of a list; no list has none."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def word(value: object) -> str:
    """The value where it is text, whole characters only; "" for anything else."""
    return _HALF.sub("\ufffd", value) if isinstance(value, str) else ""


def words(value: object) -> list[str]:
    """The texts of a list; no list has none."""
    return [word(one) for one in value if word(one)] if isinstance(value, list) else []


def number(value: object) -> int | None:
    """The value where it is a whole number from zero on."""
    return value if type(value) is int and value >= 0 else None


def moment(value: object) -> datetime | None:
    """The value where it is a date since there are posts."""
    found = iso_date(word(value))
    return found if found is not None and found >= _FIRST_POST else None


def document(body: bytes) -> Record | None:
    """The JSON object that the body is, or None for anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def refusal(body: bytes) -> tuple[str, str] | None:
    """Name and message of an error in XRPC's own form; None for the page of a proxy or gateway.

    https://atproto.com/specs/xrpc#error-responses
    """
    found = document(body) if len(body) <= _LONGEST_REFUSAL else None
    if found is None or not {"error", "message"}.issuperset(found):
        return None
    name = word(found.get("error"))
    return (name, word(found.get("message"))) if _NAME.fullmatch(name) else None
