"""Values out of a server's answer: each is what it should be, or None. Nothing here raises."""

from datetime import UTC, datetime

from bot.core.text.language_tags import is_language_tag
from bot.outbound import json_values
from bot.outbound.json_values import Record, record

__all__ = [
    "Record",
    "address",
    "count",
    "ident",
    "language",
    "moment",
    "recent",
    "record",
    "records",
    "refusal",
    "word",
]

_FIRST_SERVER = datetime(2016, 1, 1, tzinfo=UTC)
"""There was no such server before."""
_OF_A_REFUSAL = frozenset(
    {"error", "error_code", "error_description", "error_uri", "details", "identifier", "state"}
)
"""What Mastodon and its kin put into a refusal; gateways add a status, a path or a time."""
_LONGEST_REFUSAL = 64 * 1024
"""Bytes; more than any server's own refusal has."""


def records(value: object) -> list[Record]:
    """The items of a list, with an empty object for each that is none; no list has no items."""
    return [record(item) for item in value] if isinstance(value, list) else []


def refusal(body: bytes) -> str | None:
    """What the server says in a refusal of its own form; None for the page of a proxy or gateway.

    https://docs.joinmastodon.org/entities/Error/
    """
    told = json_values.document(body) if len(body) <= _LONGEST_REFUSAL else None
    return word(told.get("error")) if told and _OF_A_REFUSAL.issuperset(told) else None


def word(value: object) -> str | None:
    """The value where it is text with something in it, whole characters only."""
    found = json_values.word(value)
    return found if found.strip() else None


def ident(value: object) -> str | None:
    """An id as opaque text. Some servers send numbers; none is ever calculated with."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return word(value)


def count(value: object) -> int | None:
    """The value where it is a whole number above zero."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def address(value: object) -> str | None:
    """The value where it is an http or https address, without a blank or anything invisible."""
    return json_values.address(value) or None


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
