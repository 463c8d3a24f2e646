"""Values out of a server's answer: each is what it should be, or None. Nothing here raises."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.core.text.language_tags import is_language_tag
from bot.core.text.web_addresses import web_parts

Record = Mapping[str, Any]

_HALF = re.compile("[\ud800-\udfff]")
"""Half of a character: JSON can spell it, and nothing that reads UTF-8 takes it."""

_FIRST_SERVER = datetime(2016, 1, 1, tzinfo=UTC)
"""There was no such server before."""
_OF_A_REFUSAL = frozenset(
    {"error", "error_code", "error_description", "error_uri", "details", "identifier", "state"}
)
"""What Mastodon and its kin put into a refusal; gateways add a status, a path or a time."""
_LONGEST_REFUSAL = 64 * 1024
"""Bytes; more than any server's own refusal has."""


def record(value: object) -> Record:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def records(value: object) -> list[Record]:
    """The items of a list, with an empty object for each that is none; no list has no items."""
    return [record(item) for item in value] if isinstance(value, list) else []


def refusal(body: bytes) -> str | None:
    """What the server says in a refusal of its own form; None for the page of a proxy or gateway.

    https://docs.joinmastodon.org/entities/Error/
    """
    try:
        told = record(json.loads(body)) if len(body) <= _LONGEST_REFUSAL else {}
    except (ValueError, RecursionError):
        return None
    return word(told.get("error")) if _OF_A_REFUSAL.issuperset(told) else None


def word(value: object) -> str | None:
    """The value where it is text with something in it, whole characters only."""
    return _HALF.sub("\ufffd", value) if isinstance(value, str) and value.strip() else None


def ident(value: object) -> str | None:
    """An id as opaque text. Some servers send numbers; none is ever calculated with."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return word(value)


def count(value: object) -> int | None:
    """The value where it is a whole number above zero."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def address(value: object) -> str | None:
    """The value where it is an http or https address, without a blank or anything invisible.

    Whatever else it holds, on a terminal or in a log it stays an address (CWE-150).
    """
    found = word(value) or ""
    is_clean = found.isprintable() and " " not in found
    return found if is_clean and web_parts(found) else None


def language(value: object) -> str | None:
    """The value where it looks like a language tag (BCP 47)."""
    found = word(value)
    return found if found and is_language_tag(found) else None


def moment(value: object) -> datetime | None:
    """The value where it is a moment that UTC can express; without a zone it is taken as UTC."""
    if not isinstance(value, datetime):
        return None
    try:
        return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def recent(value: object) -> datetime | None:
    """The value where it is a moment since there are such servers: 1970 stands for no time."""
    found = moment(value)
    return found if found is not None and found >= _FIRST_SERVER else None
