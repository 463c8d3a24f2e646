"""The record of a post: a function of the frozen post, so that a repeat is the identical record.

https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.core.datetimes import iso
from bot.core.model.delivery import Post
from bot.core.summary.page_text import description
from bot.core.text.language_tags import is_language_tag
from bot.outbound import json_values
from bot.outbound.json_values import Record
from bot.outbound.prepared import given
from bot.platforms.bluesky.http.api import POST
from bot.platforms.bluesky.posting.facets import facets


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplyPlace:
    """What a post answers, and the first post of that thread, as references with their hashes."""

    parent: Mapping[str, str]
    root: Mapping[str, str]


def reply_place(view: Record) -> ReplyPlace:
    """The place of an answer to the post of this view."""
    parent = {name: json_values.word(view.get(name)) for name in ("uri", "cid")}
    above = json_values.record(json_values.record(view.get("record")).get("reply"))
    first = json_values.record(above.get("root"))
    root = {name: json_values.word(first.get(name)) for name in ("uri", "cid")}
    return ReplyPlace(parent=parent, root=root if all(root.values()) else parent)


def post_record(
    post: Post, place: ReplyPlace | None = None, people: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The record of a post. `people` are the DIDs of those whom it mentions, by handle."""
    found: dict[str, Any] = {"$type": POST, "text": post.text, "createdAt": iso(post.created_at)}
    if post.language and is_language_tag(post.language):
        found["langs"] = [post.language]
    if marked := facets(post.text, post.spans, people or {}):
        found["facets"] = marked
    if embed := _embed(post):
        found["embed"] = embed
    if place is not None:
        found["reply"] = {"root": dict(place.root), "parent": dict(place.parent)}
    return found


def _embed(post: Post) -> dict[str, Any] | None:
    """The picture, or the card of the link; a post can have one of the two.

    A drawn card is the thumbnail of the link's card, which says the same words. A picture of the
    operator's comes alone, since a thumbnail has no alt text.
    """
    sent = given(post.prepared)
    blob = sent.get("blob")
    if post.picture is None or blob is None:
        return None if post.link is None else _link_card(post, post.link)
    if post.picture.is_card and post.link is not None:
        return _link_card(post, post.link, blob)
    size = {"width": sent.get("width"), "height": sent.get("height")}
    image = {"alt": post.picture.alt, "image": blob, "aspectRatio": size}
    return {"$type": "app.bsky.embed.images", "images": [image]}


def _link_card(post: Post, link: str, thumbnail: Record | None = None) -> dict[str, Any]:
    """The card of the link, from the tip itself: no page is fetched for it."""
    about = description(post.body, post.title, post.language)
    external: dict[str, Any] = {"uri": link, "title": post.title, "description": about}
    if thumbnail is not None:
        external["thumb"] = thumbnail
    return {"$type": "app.bsky.embed.external", "external": external}


def is_record_of(post: Post, found: Record) -> bool:
    """Whether a record on the network is this post: the same text, in answer to the same one."""
    above = json_values.record(json_values.record(found.get("reply")).get("parent"))
    answers = json_values.word(above.get("uri")) or None
    return (found.get("text"), answers) == (post.text, post.in_reply_to)
