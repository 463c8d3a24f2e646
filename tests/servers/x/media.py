"""Pictures: the endpoints that upload one and describe it, and the rules for posts that have them.

https://docs.x.com/x-api/media/upload-media, https://docs.x.com/x-api/media/create-media-metadata
and https://docs.x.com/x-api/media/quickstart/best-practices. What those leave open is refused: a
picture that is not of its `media_type`, and more than five million bytes.
"""

import base64
import binascii
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from .body import check_fields, read_json
from .model import Medium, User
from .params import ID
from .problems import Problem, invalid
from .server_state import Call, Reply, ServerState

MOST_BYTES = 5_000_000
LONGEST_ALT = 1000
"""https://developer.x.com/en/docs/media/upload-media/api-reference/post-media-metadata-create."""
MOST_MEDIA = 4
LASTS = timedelta(seconds=86400)
CATEGORIES = ("tweet_image", "dm_image", "subtitles")
TYPES = {
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/webp": b"RIFF",
    "image/bmp": b"BM",
    "image/pjpeg": b"\xff\xd8\xff",
    "image/tiff": b"II*\x00",
}
"""The kinds of pictures that one request can upload, by their first bytes: no GIF is among them."""
UPLOAD = {
    "media": str,
    "media_category": str,
    "media_type": str,
    "shared": bool,
    "additional_owners": list,
}


def upload(state: ServerState, call: Call) -> Reply:
    """POST /2/media/upload, with JSON."""
    asked = read_json(call.body)
    check_fields(asked, "$", UPLOAD, needed={"media", "media_category"})
    category, kind = asked["media_category"], asked.get("media_type", "image/jpeg")
    _want(category in CATEGORIES, "media_category", category, f"is not one of {CATEGORIES}")
    _want(kind in TYPES, "media_type", kind, f"is not one of {sorted(TYPES)}")
    data = _decoded(asked["media"])
    _want(len(data) <= MOST_BYTES, "media", str(len(data)), "is too large")
    _want(data.startswith(TYPES[kind]), "media", kind, "is no file of its media_type")
    medium = Medium(
        id=state.records.fresh_id(),
        owner_id=call.user.id,
        data=data,
        category=category,
        until=state.records.now() + LASTS,
    )
    state.media[medium.id] = medium
    shown = {"id": medium.id, "media_key": medium.key, "size": len(data)}
    return 200, {"data": shown | {"expires_after_secs": int(LASTS.total_seconds())}}


def describe(state: ServerState, call: Call) -> Reply:
    """POST /2/media/metadata; of all that it can say here only the alternative text."""
    asked = read_json(call.body)
    check_fields(asked, "$", {"id": str, "metadata": dict}, needed={"id", "metadata"})
    metadata = asked["metadata"]
    check_fields(metadata, "$.metadata", {"alt_text": dict}, needed={"alt_text"})
    check_fields(metadata["alt_text"], "$.metadata.alt_text", {"text": str}, needed={"text"})
    text = metadata["alt_text"]["text"]
    _want(1 <= len(text) <= LONGEST_ALT, "alt_text.text", text, "is not 1 to 1000 characters long")
    medium = _own(state.media, asked["id"], call.user, state.records.now())
    if medium is None:
        raise invalid("The media ID is invalid.", {"id": [asked["id"]]})
    medium.alt = text
    return 200, {"data": {"id": medium.id, "associated_metadata": metadata}}


def read_ids(asked: Any) -> tuple[str, ...]:
    """The ids in the `media` of a request to post."""
    if asked is None:
        return ()
    check_fields(asked, "$.media", {"media_ids": list}, needed={"media_ids"})
    ids = asked["media_ids"]
    is_good = all(isinstance(one, str) and ID.fullmatch(one) for one in ids)
    _want(1 <= len(ids) <= MOST_MEDIA and is_good, "$.media.media_ids", str(ids), "is not valid")
    return tuple(ids)


def attached(
    media: dict[str, Medium], ids: Iterable[str], user: User, now: datetime
) -> tuple[Medium, ...]:
    """The user's own pictures with these ids, for a post."""
    found = [_own(media, one, user, now) for one in ids]
    if any(one is None or one.category != "tweet_image" for one in found):
        raise invalid("Your media IDs are invalid.", {"media.media_ids": list(ids)})
    return tuple(one for one in found if one is not None)


def _own(media: dict[str, Medium], one: str, user: User, now: datetime) -> Medium | None:
    medium = media.get(one)
    is_good = medium is not None and medium.owner_id == user.id and now < medium.until
    return medium if is_good else None


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise invalid("$.media: is not base64", {"media": [text[:80]]}) from None


def _want(is_so: object, name: str, value: str, what: str) -> None:
    if not is_so:
        raise _refused(name, value, what)


def _refused(name: str, value: str, what: str) -> Problem:
    return invalid(f"{name}: [{value[:80]}] {what}", {name: [value[:80]]})
