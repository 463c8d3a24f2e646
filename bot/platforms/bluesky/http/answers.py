"""What only Bluesky's answers have: the form of a refusal, and dates of posts."""

import re
from datetime import UTC, datetime

from bot.outbound.json_values import document, word
from bot.outbound.rate_limits import iso_date

_FIRST_POST = datetime(2022, 11, 1, tzinfo=UTC)
"""There was no post on Bluesky before."""
_NAME = re.compile("[A-Za-z][A-Za-z0-9]*")
_LONGEST_REFUSAL = 64 * 1024
"""Bytes; more than any server's own refusal has."""


def moment(value: object) -> datetime | None:
    """The value where it is a date since there are posts."""
    found = iso_date(word(value))
    return found if found is not None and found >= _FIRST_POST else None


def refusal(body: bytes) -> tuple[str, str] | None:
    """Name and message of an error in XRPC's own form; None for the page of a proxy or gateway.

    https://atproto.com/specs/xrpc#error-responses
    """
    found = document(body) if len(body) <= _LONGEST_REFUSAL else None
    if found is None or not {"error", "message"}.issuperset(found):
        return None
    name = word(found.get("error"))
    return (name, word(found.get("message"))) if _NAME.fullmatch(name) else None
