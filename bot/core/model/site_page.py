"""The bot's own site: what it published, and what was written into its form."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.model.delivery import Post


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A tip as the site published it: the newest post of that tip, and when it was first up.

    `gone` is when it was retracted; its address then answers 410.
    """

    tip: str
    post: Post
    first_at: datetime
    at: datetime
    gone: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Comment:
    """Something written into the form under a page, or on another site about it.

    `seq` grows with every change (creation and deletion), so that a reader of changes misses
    none. `owner` is a keyed hash of the commenter's secret: whoever holds the secret may delete.
    With a `source` it is a response: what that page of another site says, and `author_url` is who
    said it there. While it is `held`, nobody but the operator may read it.
    """

    id: str
    tip: str
    name: str
    text: str
    at: datetime
    owner: str
    in_reply_to: str | None = None
    deleted_at: datetime | None = None
    ours: bool = False
    held: bool = False
    source: str | None = None
    author_url: str | None = None
    seq: int = 0
