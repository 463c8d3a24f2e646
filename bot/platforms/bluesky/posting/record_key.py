"""Record keys of our choice: timestamp identifiers (TID) that are functions of what they name.

A TID is 63 bits in base 32: microseconds since 1970, then ten bits that tell writers apart
(https://atproto.com/specs/tid). The AppView knows no posts under other keys.
"""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FROM = datetime(2023, 1, 1, tzinfo=UTC)
_YEAR = timedelta(days=365) // _MICROSECOND
"""Microseconds over which keys are spread: with the ten bits, 54 bits."""


def record_key(name: str) -> str:
    """The record key for a name: that of a post is its permanent key, that of a like its subject.

    Nothing else is in it, not even a time: a bot whose database was restored plans a slot anew,
    and has to find what stands under the slot's key.
    """
    number = int.from_bytes(sha256(name.encode()).digest()[:16], "big")
    return _tid((_FROM - _EPOCH) // _MICROSECOND + number % _YEAR, number)


def _tid(microseconds: int, number: int) -> str:
    """The TID of a moment; the highest ten bits of the number tell keys apart."""
    value = (microseconds << 10) | (number >> 118)
    return "".join(_DIGITS[(value >> shift) & 31] for shift in range(60, -1, -5))
