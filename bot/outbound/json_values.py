"""Values out of the JSON of a server: each is what it should be, or empty. Nothing here raises."""

import json
import re
from collections.abc import Mapping
from typing import Any

from bot.core.text.web_addresses import web_parts

Record = Mapping[str, Any]

_HALF = re.compile("[\ud800-\udfff]")
"""Half of a character: JSON can spell it, and nothing that reads UTF-8 takes it."""


def document(body: bytes) -> dict[str, Any] | None:
    """The JSON object that a body is, or None for anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


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


def address(value: object) -> str:
    """The value where it is an http or https address, without a blank or anything invisible.

    Whatever else it holds, on a terminal or in a log it stays an address (CWE-150).
    """
    found = word(value)
    is_clean = found.isprintable() and " " not in found
    return found if is_clean and web_parts(found) else ""
