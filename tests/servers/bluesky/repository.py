"""The records of all people, and writing them.

https://github.com/bluesky-social/atproto/blob/main/packages/pds/src/api/com/atproto/repo
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from . import lexicon
from .blobs import Blobs
from .model import StoredRecord
from .names import TID, cid_of
from .refusal import Refusal, invalid

_ABSENT = object()


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
