"""Ids of people and records."""

import base64
import hashlib
import json
import re
from typing import Any

TID = re.compile("[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
"""https://atproto.com/specs/tid"""
HANDLE = re.compile(
    r"([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
)
"""https://atproto.com/specs/handle"""
DID = re.compile(r"did:plc:[a-z2-7]{24}")
CID = re.compile(r"bafyrei[a-z2-7]{52}")
BLOB_CID = re.compile(r"bafkrei[a-z2-7]{52}")
URI = re.compile(rf"at://({DID.pattern})/([a-zA-Z.]+)/([A-Za-z0-9_~.:-]+)")
_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"


def did_of(handle: str) -> str:
    """A permanent id for a new person."""
    digest = hashlib.sha256(handle.encode()).digest()
    return f"did:plc:{base64.b32encode(digest).decode().lower()[:24]}"


def cid_of(value: Any) -> str:
    """The hash of a record: the same content has the same one."""
    digest = hashlib.sha256(json.dumps(value, sort_keys=True).encode()).digest()
    return f"bafyrei{base64.b32encode(digest).decode().lower()[:52]}"


def blob_cid(data: bytes) -> str:
    """The hash of a file: a CID of raw bytes, with SHA-256 (https://atproto.com/specs/blob)."""
    whole = b"\x01\x55\x12\x20" + hashlib.sha256(data).digest()
    return f"b{base64.b32encode(whole).decode().lower().rstrip('=')}"


def tid(microseconds: int, number: int) -> str:
    """A record key as an app of a person makes it."""
    value = microseconds << 10 | number % 1024
    return "".join(_DIGITS[value >> shift & 31] for shift in range(60, -1, -5))
