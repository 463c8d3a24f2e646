"""The bot's own site: its pages and their comments."""

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
    """A comment from the form under a page, or a response from a page of another site."""

    id: str
    tip: str
    name: str
    text: str
    at: datetime
    #: the HMAC of the commenter's secret, which allows to delete the comment
    owner: str
    in_reply_to: str | None = None
    deleted_at: datetime | None = None
    ours: bool = False
    #: whether only the operator may read it
    held: bool = False
    #: the page of another site that it comes from, and its author there
    source: str | None = None
    author_url: str | None = None
    #: grows with every change (creation and deletion), so that readers of changes miss none
    seq: int = 0
