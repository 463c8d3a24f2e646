"""Records as answers show them to somebody."""

from datetime import datetime
from typing import Any

from .model import Person, StoredRecord

MODERATION = "did:plc:ar7c4by46qjdydhdevvrndac"
"""Bluesky's own moderation service."""


def written(moment: datetime) -> str:
    """A moment as the network writes it."""
    return f"{moment.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def profile(person: Person, viewer: Person, *, whole: bool) -> dict[str, Any]:
    """A profile; only a whole one has the description."""
    between = {"muted": person.did in viewer.mutes, "blockedBy": viewer.did in person.blocks}
    found = {
        "did": person.did,
        "handle": person.handle,
        "displayName": person.name,
        "viewer": between,
        "labels": [
            *_labels(person.labels, person.did, MODERATION),
            *_labels(person.self_labels, person.did, person.did),
        ],
    }
    return found | ({"description": person.description} if whole else {})


def post(
    one: StoredRecord, author: dict[str, Any], *, replies: int, embed: dict[str, Any] | None
) -> dict[str, Any]:
    """A post with its author."""
    found: dict[str, Any] = {
        "uri": one.uri,
        "cid": one.cid,
        "author": author,
        "record": one.value,
        "replyCount": replies,
        "indexedAt": written(one.indexed_at),
        "labels": post_labels(one),
        "viewer": {},
    }
    if embed is not None:
        found["embed"] = embed
    if one.hidden_replies:
        found["threadgate"] = {"record": {"hiddenReplies": sorted(one.hidden_replies)}}
    return found


def post_labels(one: StoredRecord) -> list[dict[str, Any]]:
    """The labels on a post, by moderators and by its author."""
    own = [label["val"] for label in one.value.get("labels", {}).get("values", [])]
    return [*_labels(one.labels, one.uri, MODERATION), *_labels(own, one.uri, one.author)]


def _labels(values: list[str], uri: str, source: str) -> list[dict[str, Any]]:
    return [
        {"src": source, "uri": uri, "val": one, "cts": "2026-01-01T00:00:00.000Z"} for one in values
    ]
