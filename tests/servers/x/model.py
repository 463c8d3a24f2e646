"""The two things that X keeps: users and posts."""

from dataclasses import dataclass, field
from datetime import datetime

Entities = dict[str, list[dict[str, object]]]
"""Links, mentions and hashtags by their X names; each says where it stands in `text`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """An account, with the keys by which an app may act for it."""

    id: str
    username: str
    name: str
    description: str
    created_at: datetime
    api_key: str
    api_secret: str = field(repr=False)
    access_token: str
    access_secret: str = field(repr=False)


@dataclass(kw_only=True, slots=True)
class Post:
    """One version of one post; an edit adds another that shares `versions`.

    `written` is what the author wrote, `greeting` the @s that X puts before a reply, and
    `text` what the API returns: both together, links as t.co, `&`, `<` and `>` escaped.
    """

    id: str
    author_id: str
    at: datetime
    written: str
    greeting: str
    text: str
    entities: Entities
    mentions: tuple[str, ...]
    conversation_id: str
    reply_to: str | None
    in_reply_to_user_id: str | None
    quotes: str | None
    versions: list[str]
    deleted: bool = False

    @property
    def full(self) -> str:
        """The whole text as people typed it, the reply's @s included."""
        return self.greeting + self.written

    @property
    def has_link(self) -> bool:
        """Whether X found a link in it (and so bills it as one)."""
        return "urls" in self.entities
