"""Our own posts, and the one among them that a delivery may have made."""

from collections.abc import Collection, Iterator
from datetime import datetime
from unicodedata import normalize

from bot.core.model.delivery import Post, Receipt
from bot.outbound import json_values
from bot.outbound.json_values import Record
from bot.outbound.rate_limits import iso_date
from bot.platforms.threads.http.api import Call
from bot.platforms.threads.http.fields import OWN_POSTS, OWN_REPLIES

_REPOST = "REPOST_FACADE"
"""Somebody else's post, which the account only passed on."""


def own_media(call: Call, since: datetime, in_reply_to: str | None) -> Iterator[Record]:
    """All our posts since a moment that answer this one, or nothing.

    https://developers.facebook.com/docs/threads/reference/user
    """
    is_reply = in_reply_to is not None
    path, fields = ("me/replies", OWN_REPLIES) if is_reply else ("me/threads", OWN_POSTS)
    for one in call.every(path, fields, since):
        made = moment(one)
        if made is None or made < since or one.get("media_type") == _REPOST:
            continue
        if json_values.word(one.get("id")) and (not is_reply or parent_of(one) == in_reply_to):
            yield one


def find_post(call: Call, post: Post, since: datetime, taken: Collection[str]) -> Receipt | None:
    """The oldest of our posts since a moment with the words of this one, in its place."""
    found = [
        one
        for one in own_media(call, since, post.in_reply_to)
        if one["id"] not in taken and same_words(json_values.word(one.get("text")), post.text)
    ]
    receipts = (receipt_of(one, since) for one in found)
    return min(receipts, key=lambda one: (one.at, one.remote_id), default=None)


def receipt_of(media: Record, otherwise: datetime) -> Receipt:
    """The receipt of a post as Threads shows it; `otherwise` stands for a time that it lacks."""
    url = json_values.address(media.get("permalink")) or None
    made = json_values.word(media.get("id"))
    return Receipt(remote_id=made, url=url, at=moment(media) or otherwise)


def moment(media: Record) -> datetime | None:
    """When it was published."""
    return iso_date(json_values.word(media.get("timestamp")))


def parent_of(media: Record) -> str | None:
    """The id of what it answers."""
    return json_values.word(json_values.record(media.get("replied_to")).get("id")) or None


def same_words(theirs: str, ours: str) -> bool:
    """Whether the text on Threads is this one.

    A topic can be shown without its number sign, and white space otherwise than it was sent.
    https://developers.facebook.com/docs/threads/posts#topic-tags
    """
    return _folded(theirs) == _folded(ours)


def _folded(text: str) -> str:
    return " ".join(normalize("NFC", text).replace("#", "").split())
