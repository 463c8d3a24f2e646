"""The arguments of every endpoint: the server's state and the request."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from .billing import Billing
from .model import Medium, Post, User
from .pages import Pages
from .records import Records

Reply = tuple[int, dict[str, Any]]
"""The status and the JSON body of an answer."""


@dataclass(kw_only=True)
class ServerState:
    """The server's state.

    Search finds posts only when they are older than the lag. Timelines show a `hidden` post, and
    mentions and search a `late` one, only from a moment on.
    """

    records: Records
    search_lag: timedelta
    billing: Billing = field(default_factory=Billing)
    pages: Pages = field(default_factory=Pages)
    hidden: dict[str, datetime] = field(default_factory=dict)
    late: dict[str, datetime] = field(default_factory=dict)
    media: dict[str, Medium] = field(default_factory=dict)

    def is_late(self, post: Post) -> bool:
        """Whether mentions and search do not show a post yet."""
        return post.id in self.late and self.records.now() < self.late[post.id]


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One request: its signer, the id in its path, its parameters and its body."""

    user: User
    id: str
    asked: dict[str, Any]
    body: bytes
