"""The things that X keeps: users, pictures and posts."""

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
class Medium:
    """An uploaded picture; no post can have it after `until` that does not have it before."""

    id: str
    owner_id: str
    data: bytes
    category: str
    until: datetime
    alt: str = ""

    @property
    def key(self) -> str:
        """Its key; a picture's begins with 3."""
        return f"3_{self.id}"


@dataclass(kw_only=True, slots=True)
class Post:
    """One version of one post; an edit adds another that shares `versions`.

    `written` is what the author wrote, `greeting` the @s that X puts before a reply, and
    `text` what the API returns: both together, links as t.co, `&`, `<` and `>` escaped, and the
    link to its pictures.
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
    media: tuple[Medium, ...] = ()
    deleted: bool = False

    @property
    def full(self) -> str:
        """The whole text as people typed it, the reply's @s included."""
        return self.greeting + self.written

    @property
    def has_link(self) -> bool:
        """Whether X found a link in it (and so bills it as one)."""
        return any("media_key" not in one for one in self.entities.get("urls", ()))
