"""People, containers and posts."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

CONTAINER_LIFE = timedelta(hours=24)
"""https://developers.facebook.com/docs/threads/troubleshooting."""


@dataclass(kw_only=True)
class Person:
    """A profile."""

    id: str
    username: str
    name: str = ""
    biography: str = ""
    is_private: bool = False
    #: whether this is a tester of the bot's app
    is_tester: bool = False


@dataclass(kw_only=True)
class Media:
    """A post or a reply."""

    id: str
    author: Person
    text: str
    at: datetime
    shortcode: str
    kind: str = "TEXT_POST"
    reply_to: "Media | None" = None
    hide_status: str = "NOT_HUSHED"
    #: from when on lists show it; None: always
    listed_at: datetime | None = None
    fields: dict[str, str] = field(default_factory=dict)
    #: what was fetched of its picture
    picture: bytes = b""

    @property
    def root(self) -> "Media":
        """The first post of its thread."""
        return self.reply_to.root if self.reply_to else self

    @property
    def permalink(self) -> str:
        """Where people see it."""
        return f"https://www.threads.com/@{self.author.username}/post/{self.shortcode}"


@dataclass(kw_only=True)
class Container:
    """A post that is not published."""

    id: str
    owner: Person
    fields: dict[str, str]
    made_at: datetime
    #: when it is ready
    ready_at: datetime
    error: str = ""
    picture: bytes = b""
    #: whether it ended before its time
    is_expired: bool = False
    #: from when on its status tells that it is published; None: at once
    told_at: datetime | None = None
    #: whether a second publishing is refused
    is_single: bool = False
    published: list[Media] = field(default_factory=list)

    def status(self, now: datetime) -> str:
        """https://developers.facebook.com/docs/threads/troubleshooting."""
        if self.published and (self.told_at is None or now >= self.told_at):
            return "PUBLISHED"
        if self.is_expired or now >= self.made_at + CONTAINER_LIFE:
            return "EXPIRED"
        if self.error:
            return "ERROR"
        return "FINISHED" if now >= self.ready_at else "IN_PROGRESS"
