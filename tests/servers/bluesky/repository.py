"""The records and files (blobs) of all people, and writing them.

https://github.com/bluesky-social/atproto/blob/main/packages/pds/src/api/com/atproto/repo and
packages/pds/src/actor-store/blob/transactor.ts; https://atproto.com/specs/blob. A thousand uploads
a day are taken, and a file is dropped that no record names.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from . import lexicon
from .model import Blob, StoredRecord
from .names import TID, blob_cid, cid_of
from .refusal import Refusal, invalid

_ABSENT = object()
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


class Repository:
    """All records by address, in the order in which they were made."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.records: dict[str, StoredRecord] = {}
        self.indexes = True
        self.blobs = Blobs(now)
        self._now = now

    def put(self, did: str, body: dict[str, Any]) -> StoredRecord:
        """Write a record: the identical one changes nothing, another one takes its place."""
        collection, key, value = body["collection"], body["rkey"], body["record"]
        if not TID.fullmatch(key):
            raise invalid(f"Invalid record key for {collection}: it is no TID: {key}")
        lexicon.check(collection, value)
        fresh = StoredRecord(
            author=did,
            collection=collection,
            key=key,
            value=value,
            cid=cid_of(value),
            indexed_at=self._now(),
            is_indexed=self.indexes,
        )
        current = self.records.get(fresh.uri)
        if current is not None and current.cid == fresh.cid:
            return current
        self._swap(current, body.get("swapRecord", _ABSENT))
        self.blobs.keep(did, value)
        self.records[fresh.uri] = fresh
        return fresh

    def delete(self, uri: str) -> None:
        """Delete a record; one that is not there is fine."""
        self.records.pop(uri, None)

    def get(self, uri: str) -> StoredRecord:
        """A record, or a refusal."""
        if uri not in self.records:
            raise Refusal(400, "RecordNotFound", f"Could not locate record: {uri}")
        return self.records[uri]

    def _swap(self, current: StoredRecord | None, wanted: object) -> None:
        if wanted is not _ABSENT and wanted != (current.cid if current else None):
            at = current.cid if current else "null"
            raise Refusal(400, "InvalidSwap", f"Record was at {at}")


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
        cid, until = blob_cid(data), self._now() + LASTS
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

    def drop_unused(self) -> None:
        """Drop every file that no record has named."""
        self._blobs = {name: one for name, one in self._blobs.items() if one.is_kept}

    def _count(self, did: str) -> None:
        now = self._now()
        recent = [at for who, at in self._uploads if who == did and at > now - timedelta(days=1)]
        if len(recent) >= A_DAY:
            reset = str(int((recent[-A_DAY] + timedelta(days=1)).timestamp()))
            raise Refusal(429, "RateLimitExceeded", "Rate Limit Exceeded", ratelimit_reset=reset)
        self._uploads.append((did, now))


def references(value: Any) -> Iterator[Mapping[str, Any]]:
    """All references to blobs in a record."""
    if isinstance(value, list):
        for one in value:
            yield from references(one)
    elif isinstance(value, dict) and value.get("$type") == "blob":
        yield value
    elif isinstance(value, dict):
        yield from references(list(value.values()))
