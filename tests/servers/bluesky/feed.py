"""Posts, threads and notifications, as the network (AppView) shows them to somebody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import views
from .model import Person, StoredRecord
from .refusal import Refusal
from .repository import Repository

POST = "app.bsky.feed.post"
REPLY_DEPTH = 5
"""How far above a reply its authors are told of it."""

_Below = Mapping[str, list[StoredRecord]]


class Feed:
    """What the network knows."""

    def __init__(self, repository: Repository, people: Mapping[str, Person]) -> None:
        self._repository = repository
        self._people = people

    def posts(self, uris: list[str], viewer: Person) -> list[dict[str, Any]]:
        """Those of these posts that may be shown."""
        found = (self._get(uri) for uri in uris)
        below = self._below()
        return [
            self._post(one, viewer, below) for one in found if one and not self._blocks(one, viewer)
        ]

    def thread(self, uri: str, depth: int, viewer: Person) -> dict[str, Any]:
        """A post with the posts below it, to a depth."""
        found = self._get(uri)
        if found is None:
            raise Refusal(400, "NotFound", f"Post not found: {uri}")
        return self._tree(found, depth, viewer, self._below())

    def tell(self, one: StoredRecord, viewer: Person) -> None:
        """Settle whether and why somebody is told of a post, which is when it is written."""
        if one.author != viewer.did and (reason := self._reason(one, viewer)):
            one.told[viewer.did] = reason

    def notifications(self, viewer: Person, reasons: list[str]) -> list[tuple[str, StoredRecord]]:
        """Reason and post of everything that was said to somebody, newest first.

        What is not shown counts for a page, as on the network.
        """
        found = [(one.told.get(viewer.did, ""), one) for one in self._posts()]
        told = [(reason, one) for reason, one in found if reason in reasons]
        return sorted(told, key=lambda pair: (pair[1].sort_at, pair[1].cid), reverse=True)

    def is_shown(self, one: StoredRecord, viewer: Person) -> bool:
        """Whether a notification of a post is shown: nobody blocks or has muted anybody."""
        return not self._blocks(one, viewer) and one.author not in viewer.mutes

    def notification(self, reason: str, one: StoredRecord, viewer: Person) -> dict[str, Any]:
        """A notification, with the post as it was written and the whole profile of its author."""
        return {
            "uri": one.uri,
            "cid": one.cid,
            "author": views.profile(self._people[one.author], viewer, whole=True),
            "reason": reason,
            "record": one.value,
            "isRead": False,
            "indexedAt": views.written(one.sort_at),
            "labels": views.post_labels(one),
        }

    def _reason(self, one: StoredRecord, viewer: Person) -> str:
        """Why somebody is told of a post: for one reason only; "" if not."""
        if viewer.did in one.mentioned:
            return "mention"
        if (one.quoted or "").startswith(f"at://{viewer.did}/"):
            return "quote"
        above = self._above(one)[:REPLY_DEPTH]
        return "reply" if any(each.startswith(f"at://{viewer.did}/") for each in above) else ""

    def _above(self, one: StoredRecord) -> list[str]:
        found, parent = [], one.parent
        while parent is not None:
            found.append(parent)
            above = self._repository.records.get(parent)
            parent = above.parent if above else None
        return found

    def _tree(self, one: StoredRecord, depth: int, viewer: Person, below: _Below) -> dict[str, Any]:
        if self._blocks(one, viewer):
            kind = "app.bsky.feed.defs#blockedPost"
            return {"$type": kind, "uri": one.uri, "blocked": True, "author": {"did": one.author}}
        kind = "app.bsky.feed.defs#threadViewPost"
        found: dict[str, Any] = {"$type": kind, "post": self._post(one, viewer, below)}
        if depth > 0:
            replies = below.get(one.uri, [])
            found["replies"] = [self._tree(each, depth - 1, viewer, below) for each in replies]
        return found

    def _post(self, one: StoredRecord, viewer: Person, below: _Below) -> dict[str, Any]:
        author = views.profile(self._people[one.author], viewer, whole=False)
        replies = len(below.get(one.uri, []))
        return views.post(one, author, replies=replies, embed=self._embed(one))

    def _embed(self, one: StoredRecord) -> dict[str, Any] | None:
        if one.quoted is None:
            return None
        quoted = self._get(one.quoted)
        kind = "viewNotFound" if quoted is None else "viewRecord"
        if quoted is not None and one.uri in quoted.detached_from:
            kind = "viewDetached"
        record = {"$type": f"app.bsky.embed.record#{kind}", "uri": one.quoted}
        return {"$type": "app.bsky.embed.record#view", "record": record}

    def _below(self) -> _Below:
        """The posts below each post."""
        found: dict[str, list[StoredRecord]] = {}
        for one in self._posts():
            if one.parent is not None:
                found.setdefault(one.parent, []).append(one)
        return found

    def _posts(self) -> list[StoredRecord]:
        every = self._repository.records.values()
        return [one for one in every if one.collection == POST and one.is_indexed]

    def _get(self, uri: str) -> StoredRecord | None:
        found = self._repository.records.get(uri)
        return found if found is not None and found.is_indexed else None

    def _blocks(self, one: StoredRecord, viewer: Person) -> bool:
        return viewer.did in self._people[one.author].blocks or one.author in viewer.blocks
