"""Rules for new posts: the form of the request, its length, replies and duplicates."""

from dataclasses import dataclass
from typing import Any

from twitter_text import parse_tweet

from .body import check_fields, read_json
from .media import read_ids
from .model import Medium, Post, User
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
    media_ids: tuple[str, ...] = ()


def read_draft(body: bytes) -> Draft:
    """The draft in a request's JSON body; unknown fields and wrong types are refused."""
    asked = read_json(body)
    check_fields(asked, "$", {"text": str, "reply": dict, "media": dict}, needed={"text"})
    reply = asked.get("reply")
    if reply is not None:
        shape = {"in_reply_to_tweet_id": str, "exclude_reply_user_ids": list}
        check_fields(reply, "$.reply", shape, needed={"in_reply_to_tweet_id"})
    return _draft(asked["text"], reply or {}, read_ids(asked.get("media")))


def _draft(text: str, reply: dict[str, Any], media_ids: tuple[str, ...]) -> Draft:
    reply_to, excluded = reply.get("in_reply_to_tweet_id"), reply.get("exclude_reply_user_ids", [])
    for one in [*excluded, *([reply_to] if reply_to is not None else [])]:
        if not isinstance(one, str) or not ID.fullmatch(one):
            raise invalid(f"$.reply: [{one}] does not match ^[0-9]{{1,19}}$", {"reply": [str(one)]})
    if not normalize(text):
        raise invalid("$.text: must be at least 1 characters long", {"text": [text]})
    return Draft(text, reply_to, tuple(excluded), media_ids)


def check(records: Records, author: User, draft: Draft, media: tuple[Medium, ...] = ()) -> None:
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
    _check_new(records, author, draft, parent, media)


def was_mentioned(records: Records, author: User, parent: Post | None) -> bool:
    """Whether somebody else mentioned or quoted this author in that post."""
    if parent is None or parent.author_id == author.id:
        return False
    quoted = records.posts.get(parent.quotes or "")
    return author.id in parent.mentions or (quoted is not None and quoted.author_id == author.id)


def _check_new(
    records: Records,
    author: User,
    draft: Draft,
    parent: Post | None,
    media: tuple[Medium, ...],
) -> None:
    """Refuse a text while an identical post of this author exists.

    One with another upload of a picture is not documented as identical, so it is another post.
    """
    greeting = records.greeting(author, parent, draft.excluded) if parent else ""
    full = greeting + normalize(draft.text)
    ours = (post for post in records.standing() if post.author_id == author.id)
    if any(post.full == full and post.media == media for post in ours):
        raise _forbidden(DUPLICATE)


def _forbidden(detail: str) -> Problem:
    return plain(403, detail)
