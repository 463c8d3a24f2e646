"""Rules for new posts: the form of the request, its length, replies and duplicates."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twitter_text import parse_tweet

from .model import Post, User
from .params import ID
from .problems import Problem, invalid, plain
from .records import Records
from .stored_text import normalize

LONGEST = 280
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
NOT_ENGAGED = (
    "Reply to this conversation is not allowed because you have not been mentioned or "
    "otherwise engaged by the author of the post you are replying to."
)
NOT_VISIBLE = "You attempted to reply to a Tweet that is deleted or not visible to you."
TOO_LONG = (
    "Your Tweet text is too long. For more information on how Twitter determines text length "
    "see https://github.com/twitter/twitter-text."
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A well-formed request to create a post."""

    text: str
    reply_to: str | None
    excluded: tuple[str, ...]


def read_draft(body: bytes) -> Draft:
    """The draft in a request's JSON body; unknown fields and wrong types are refused."""
    try:
        asked = json.loads(body)
    except ValueError:
        raise invalid("$: is not valid JSON", {"$": [repr(body[:80])]}) from None
    _check_fields(asked, "$", {"text": str, "reply": dict}, needed={"text"})
    reply = asked.get("reply")
    if reply is not None:
        shape = {"in_reply_to_tweet_id": str, "exclude_reply_user_ids": list}
        _check_fields(reply, "$.reply", shape, needed={"in_reply_to_tweet_id"})
    return _draft(asked["text"], reply or {})


def _draft(text: str, reply: dict[str, Any]) -> Draft:
    reply_to, excluded = reply.get("in_reply_to_tweet_id"), reply.get("exclude_reply_user_ids", [])
    for one in [*excluded, *([reply_to] if reply_to is not None else [])]:
        if not isinstance(one, str) or not ID.fullmatch(one):
            raise invalid(f"$.reply: [{one}] does not match ^[0-9]{{1,19}}$", {"reply": [str(one)]})
    if not normalize(text):
        raise invalid("$.text: must be at least 1 characters long", {"text": [text]})
    return Draft(text, reply_to, tuple(excluded))


def _check_fields(value: object, where: str, shape: Mapping[str, type], needed: set[str]) -> None:
    if not isinstance(value, dict):
        raise invalid(f"{where}: object expected", {where: [str(value)]})
    for name, one in value.items():
        if name not in shape:
            raise invalid(
                f"{where}.{name}: is not defined in the schema and the schema does not allow "
                "additional properties",
                {f"{where}.{name}": [str(one)]},
            )
        if not isinstance(one, shape[name]):
            raise invalid(f"{where}.{name}: {shape[name].__name__} expected", {name: [str(one)]})
    for name in sorted(needed - value.keys()):
        raise invalid(f"{where}.{name}: is missing but it is required", {where: [str(value)]})


def check(records: Records, author: User, draft: Draft) -> None:
    """Refuse a draft that X would refuse."""
    parsed = parse_tweet(normalize(draft.text))
    if parsed.weightedLength > LONGEST:
        raise _forbidden(TOO_LONG)
    if not parsed.valid:
        raise invalid("$.text: has characters that are not allowed", {"text": [draft.text]})
    parent = records.live(draft.reply_to)
    if draft.reply_to is not None and parent is None:
        raise _forbidden(NOT_VISIBLE)
    if parent and parent.author_id != author.id and not was_mentioned(records, author, parent):
        raise _forbidden(NOT_ENGAGED)
    _check_new(records, author, draft, parent)


def was_mentioned(records: Records, author: User, parent: Post | None) -> bool:
    """Whether somebody else mentioned or quoted this author in that post."""
    if parent is None or parent.author_id == author.id:
        return False
    quoted = records.posts.get(parent.quotes or "")
    return author.id in parent.mentions or (quoted is not None and quoted.author_id == author.id)


def _check_new(records: Records, author: User, draft: Draft, parent: Post | None) -> None:
    """Refuse a text while an identical post of this author exists."""
    greeting = records.greeting(author, parent, draft.excluded) if parent else ""
    full = greeting + normalize(draft.text)
    if any(post.author_id == author.id and post.full == full for post in records.standing()):
        raise _forbidden(DUPLICATE)


def _forbidden(detail: str) -> Problem:
    return plain(403, detail)
