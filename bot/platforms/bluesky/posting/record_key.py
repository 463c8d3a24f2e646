"""Record keys of our choice: timestamp identifiers (TID) that are functions of what they name.

A TID is 63 bits in base 32: microseconds since 1970, then ten bits that tell writers apart
(https://atproto.com/specs/tid). The AppView knows no posts under other keys.
"""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = 60_000_000
"""Microseconds over which the keys of one second are spread: with the ten bits, 36 bits."""
_LIKES_FROM = datetime(2023, 1, 1, tzinfo=UTC)
_YEAR = 365 * 24 * 60 * _MINUTE


def post_key(key: str, created_at: datetime) -> str:
    """The record key of the post of this permanent key: from the minute before its time."""
    second = created_at.astimezone(UTC).replace(microsecond=0)
    number = _number(key)
    return _tid((second - _EPOCH) // _MICROSECOND - number % _MINUTE, number)


def like_key(uri: str) -> str:
    """The record key of our like of a post: there is only one, whenever it is given."""
    number = _number(uri)
    return _tid((_LIKES_FROM - _EPOCH) // _MICROSECOND + number % _YEAR, number)


def _number(name: str) -> int:
    return int.from_bytes(sha256(name.encode()).digest()[:16], "big")


def _tid(microseconds: int, number: int) -> str:
    """The TID of a moment; the highest ten bits of the number tell keys apart."""
    value = (microseconds << 10) | (number >> 118)
    return "".join(_DIGITS[(value >> shift) & 31] for shift in range(60, -1, -5))
