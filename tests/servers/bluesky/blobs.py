"""Uploaded files (blobs): kept by their hash, and dropped where no record names them.

https://atproto.com/specs/blob, and the server's own code:
https://github.com/bluesky-social/atproto/blob/main/packages/pds/src/actor-store/blob/transactor.ts
and packages/pds/src/api/com/atproto/repo/uploadBlob.ts: a thousand uploads a day.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .refusal import Refusal, invalid

LARGEST = 5 * 1024 * 1024
"""The limit of a server that sets none: packages/pds/src/config/config.ts."""
LASTS = timedelta(hours=1)
"""How long a server has to keep a blob at least that no record names."""
A_DAY = 1000
_MARKS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}


@dataclass(kw_only=True)
class Blob:
    """One file of an account."""

    data: bytes
    kind: str
    until: datetime
    #: whether a record has named it
    is_kept: bool = False


class Blobs:
    """The blobs of all accounts, by account and hash."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._blobs: dict[tuple[str, str], Blob] = {}
        self._uploads: list[tuple[str, datetime]] = []

    def upload(self, did: str, data: bytes, kind: str) -> dict[str, Any]:
        """Keep a file for a while; the reference to it, with the kind that its bytes tell."""
        if not kind:
            raise invalid("Request encoding (Content-Type) required but not provided")
        if len(data) > LARGEST:
            raise Refusal(413, "PayloadTooLarge", "request entity too large")
        self._count(did)
        kind = next((told for mark, told in _MARKS.items() if data.startswith(mark)), kind)
        cid, until = cid_of(data), self._now() + LASTS
        found = self._blobs.setdefault((did, cid), Blob(data=data, kind=kind, until=until))
        found.until = until
        return {"$type": "blob", "ref": {"$link": cid}, "mimeType": kind, "size": len(data)}

    def get(self, did: str, cid: str) -> Blob | None:
        """A file that is not dropped."""
        found = self._blobs.get((did, cid))
        return found if found is not None and (found.is_kept or self._now() < found.until) else None

    def keep(self, did: str, record: Any) -> None:
        """Keep the blobs that a record names; refuse one that is not there, or another one."""
        for reference in references(record):
            cid = reference["ref"]["$link"]
            found = self.get(did, cid)
            if found is None:
                raise Refusal(400, "BlobNotFound", f"Could not find blob: {cid}")
            if found.kind != reference["mimeType"]:
                told = f"Expected: {found.kind}, Got: {reference['mimeType']}"
                what = "Referenced Mimetype does not match stored blob."
                raise Refusal(400, "InvalidMimeType", f"{what} {told}")
            if len(found.data) != reference["size"]:
                told = f"Expected: {len(found.data)}, Got: {reference['size']}"
                what = "Referenced Size does not match stored blob."
                raise Refusal(400, "InvalidSize", f"{what} {told}")
            found.is_kept = True

    def _count(self, did: str) -> None:
        now = self._now()
        recent = [at for who, at in self._uploads if who == did and at > now - timedelta(days=1)]
        if len(recent) >= A_DAY:
            reset = str(int((recent[-A_DAY] + timedelta(days=1)).timestamp()))
            raise Refusal(429, "RateLimitExceeded", "Rate Limit Exceeded", ratelimit_reset=reset)
        self._uploads.append((did, now))


def cid_of(data: bytes) -> str:
    """The hash of a file: a CID of raw bytes, with SHA-256 (https://atproto.com/specs/blob)."""
    whole = b"\x01\x55\x12\x20" + hashlib.sha256(data).digest()
    return f"b{base64.b32encode(whole).decode().lower().rstrip('=')}"


def references(value: Any) -> Iterator[Mapping[str, Any]]:
    """All references to blobs in a record."""
    if isinstance(value, list):
        for one in value:
            yield from references(one)
    elif isinstance(value, dict) and value.get("$type") == "blob":
        yield value
    elif isinstance(value, dict):
        yield from references(list(value.values()))
