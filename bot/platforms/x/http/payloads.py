"""X's answers as values, checked as they are read.

https://docs.x.com/x-api/fundamentals/data-dictionary. A value of an undocumented
shape raises ValueError here, so that no other module has to check it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from bot.core.discussion.people import opt_outs_in
from bot.core.model.entry import OptOut
from bot.platforms.x.http.errors import problem
from bot.platforms.x.snowflake import moment

USERNAME = re.compile(r"\w{1,50}", re.ASCII)
"""A name that may stand in an address. X's own names are shorter, but that is X's to say."""

NOT_FOUND = "resource-not-found"
GONE = frozenset({NOT_FOUND, "not-authorized-for-resource"})
"""The types of X's errors for deleted, suspended and protected posts."""

POSTS = frozenset({"tweet", "post"})
"""X's old and new name of a post in its errors."""

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class XUser:
    """A user. `protected` means that only approved followers see what they write."""

    id: str
    name: str
    username: str
    protected: bool = False
    wishes: frozenset[OptOut] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class XPost:
    """One version of a post. `text` is as X sends it; `links` are its t.co addresses, spelt out.

    `history` holds the ids of all versions, the first one first: that one names the post for good.
    """

    id: str
    history: tuple[str, ...]
    author_id: str
    text: str
    links: Mapping[str, str]
    conversation_id: str | None
    to_user_id: str | None
    replied_to: str | None
    quoted: str | None
    language: str | None
    has_poll: bool = False

    @property
    def first_id(self) -> str:
        """The id that the post keeps through all edits."""
        return self.history[0]

    @property
    def at(self) -> datetime:
        """When it was first posted."""
        return moment(self.first_id)

    @property
    def edited_at(self) -> datetime | None:
        """When this version was made, if it is not the first."""
        return None if self.id == self.first_id else moment(self.id)


@dataclass(frozen=True, kw_only=True, slots=True)
class XPage:
    """Some posts of a list, newest first, with their authors, and where the list goes on.

    `unreadable` counts posts of an unknown shape, `partial` is whether X left some out.
    """

    posts: tuple[XPost, ...]
    people: Mapping[str, XUser]
    token: str | None
    unreadable: int
    partial: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class XLookup:
    """The result of a look-up by ids: posts with their authors, and the ids of those not shown.

    An id that is in neither could not be looked up, or its post has an unknown shape. `missing` are
    those of the gone that X does not have at all.
    """

    posts: tuple[XPost, ...]
    people: Mapping[str, XUser]
    gone: frozenset[str]
    missing: frozenset[str]


def page(document: object) -> XPage:
    """A page of a list. Raises ValueError for an answer that is none."""
    body = _object(document)
    meta = _object(body.get("meta"))
    listed = _list(body.get("data"))
    if not (listed or body.get("errors")) and meta.get("result_count") != 0:
        raise ValueError("an empty list that X does not call empty")
    posts = [_readable(post_of, one) for one in listed]
    return XPage(
        posts=tuple(post for post in posts if post is not None),
        people=people(body),
        token=_text_or_none(meta.get("next_token")),
        unreadable=posts.count(None),
        partial=bool(body.get("errors")),
    )


def looked_up(document: object) -> XLookup:
    """The answer to a look-up by ids. Raises ValueError for an answer that is none."""
    body = _found(document)
    posts = (_readable(post_of, one) for one in _list(body.get("data")))
    gone = {one: kind for one, kind in map(_gone, _list(body.get("errors"))) if kind in GONE}
    return XLookup(
        posts=tuple(post for post in posts if post is not None),
        people=people(body),
        gone=frozenset(gone),
        missing=frozenset(one for one, kind in gone.items() if kind == NOT_FOUND),
    )


def _found(document: object) -> dict[str, Any]:
    """The answer to a look-up. X answers for each id, so one without any is not X's."""
    body = _object(document)
    problems = map(_object, _list(body.get("errors")))
    if not (_list(body.get("data")) or any(problem(one) is not None for one in problems)):
        raise ValueError("an answer to a look-up that tells nothing")
    return body


def _gone(value: object) -> tuple[str, str | None]:
    """The id of the post that this partial error is about, and why X does not show it.

    https://docs.x.com/x-api/fundamentals/response-codes-and-errors lists the types. A post
    that its author, or X, shows to some people only is as little public as a deleted one.
    """
    error = value if isinstance(value, dict) else {}
    is_asked = error.get("resource_type") in POSTS and error.get("parameter") == "ids"
    post_id = _text_or_none(error.get("value"))
    return (post_id, problem(error)) if is_asked and post_id else ("", None)


def is_missing(document: object, post_id: str) -> bool:
    """Whether a refusal, or one of its errors, says that X does not have this very post."""
    body = document if isinstance(document, dict) else {}
    errors = body.get("errors")
    return any(
        isinstance(one, dict)
        and problem(one) == NOT_FOUND
        and one.get("resource_type") in POSTS
        and post_id in (one.get("value"), one.get("resource_id"))
        for one in (body, *(errors if isinstance(errors, list) else ()))
    )


def people(body: Mapping[str, Any]) -> dict[str, XUser]:
    """The users that an answer includes, by id; one in a shape that we do not know is left out."""
    users = _list(_object(body.get("includes") or {}).get("users"))
    known = (_readable(person, one) for one in users)
    return {one.id: one for one in known if one is not None}


def person(value: object) -> XUser:
    """A user. Raises ValueError where id, name or username are missing or cannot be ones."""
    user = _object(value)
    return XUser(
        id=_id(user.get("id")),
        name=_text(user.get("name")),
        username=_username(user.get("username")),
        protected=user.get("protected") is True,
        wishes=opt_outs_in(_text_or_none(user.get("description")) or ""),
    )


def post_of(value: object) -> XPost:
    """A post. Raises ValueError where something that every post has is missing."""
    post = _object(value)
    note = _object(_named(post, "note_post", "note_tweet") or {})
    own_id = _id(post.get("id"))
    versions = _named(post, "edit_history_post_ids", "edit_history_tweet_ids")
    history = tuple(_id(one) for one in _list(versions))
    references = {
        one.get("type"): _id(one.get("id"))
        for one in map(_object, _list(_named(post, "referenced_posts", "referenced_tweets")))
    }
    return XPost(
        id=own_id,
        history=history or (own_id,),
        author_id=_id(post.get("author_id")),
        text=_text(note.get("text") or post.get("text")),
        links=_links(post) | _links(note),
        conversation_id=_text_or_none(post.get("conversation_id")),
        to_user_id=_text_or_none(post.get("in_reply_to_user_id")),
        replied_to=references.get("replied_to"),
        quoted=references.get("quoted"),
        language=_text_or_none(post.get("lang")),
        has_poll=_has_poll(post.get("attachments")),
    )


def _has_poll(attachments: object) -> bool:
    return isinstance(attachments, dict) and bool(attachments.get("poll_ids"))


def authors(document: object) -> dict[str, str]:
    """The author of each post of a look-up by ids, without deleted posts."""
    posts = map(_object, _list(_found(document).get("data")))
    return {_id(one.get("id")): _id(one.get("author_id")) for one in posts}


def _readable(read: Callable[[object], T], value: object) -> T | None:
    try:
        return read(value)
    except ValueError:
        return None


def _named(post: Mapping[str, Any], *names: str) -> Any:
    """The value under the first of these names that the post has: X is renaming some fields."""
    return next((post[name] for name in names if post.get(name)), None)


def _links(post: Mapping[str, Any]) -> dict[str, str]:
    urls = map(_object, _list(_object(post.get("entities") or {}).get("urls")))
    return {_text(one.get("url")): _text(one.get("expanded_url") or one.get("url")) for one in urls}


def _id(value: object) -> str:
    text = _text(value)
    moment(text)
    return text


def _username(value: object) -> str:
    text = _text(value)
    if not USERNAME.fullmatch(text):
        raise ValueError("no username where X documents one")
    return text


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("no JSON object where X documents one")  # noqa: TRY004 - it is the answer's value that is wrong
    return value


def _list(value: object) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError("no JSON list where X documents one")  # noqa: TRY004 - it is the answer's value that is wrong
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("no text where X documents one")  # noqa: TRY004 - it is the answer's value that is wrong
    return value


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
