"""What every endpoint gets: the state it works on, and the request it answers."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from .bill import Bill
from .model import Post, User
from .pages import Pages
from .world import World

Reply = tuple[int, dict[str, Any]]
"""The status and the JSON body of an answer."""


@dataclass(kw_only=True)
class Desk:
    """The server's state; posts are found by search only when they are older than the lag.

    `hidden` are posts that their author's own timeline shows only from that moment on, `late`
    those that mentions and search do.
    """

    world: World
    search_lag: timedelta
    bill: Bill = field(default_factory=Bill)
    pages: Pages = field(default_factory=Pages)
    hidden: dict[str, datetime] = field(default_factory=dict)
    late: dict[str, datetime] = field(default_factory=dict)

    def is_late(self, post: Post) -> bool:
        """Whether mentions and search do not show it yet."""
        return post.id in self.late and self.world.now() < self.late[post.id]


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One request: who signed it, the id in its path, its parameters and its body."""

    user: User
    id: str
    asked: dict[str, Any]
    body: bytes
