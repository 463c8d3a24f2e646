"""The bot's own site: what it published, and what was written into its form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

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


class Pages(Protocol):
    """The site's own memory of what it published and what was written into its form."""

    def put(self, page: Page) -> Page:
        """Publish a post, keyed by `page.post.key`: if that key is there, what is there is kept.

        Returns what is there now. The newest post of a tip is what its page shows.
        """

    def find(self, key: str) -> Page | None:
        """The page that the post of this key made, or None."""

    def get(self, tip: str) -> Page | None:
        """What the page of this tip shows (retracted ones included), or None."""

    def newest(self, limit: int, before: datetime | None = None) -> Sequence[Page]:
        """Pages that are up, newest first."""

    def posts(self) -> Mapping[str, Post]:
        """What every page that is up shows, by tip, newest first."""

    def stamp(self) -> str:
        """Something that differs once a page was put up or taken down."""

    def retract(self, key: str, now: datetime) -> None:
        """Take down what the post of this key put up; unknown or gone is fine."""

    def write(self, comment: Comment) -> Comment:
        """Keep a comment, unless its id is there. Returns what is there now."""

    def respond(self, response: Comment) -> Comment:
        """Keep what a page of another site says, in place of what it said before.

        What was erased stays erased. Returns what is there now.
        """

    def responses(self, tip: str) -> int:
        """How many responses of other sites stand under a tip."""

    def comment(self, comment_id: str) -> Comment | None:
        """The comment of this id, or None."""

    def owned(self, owner: str, ids: Iterable[str]) -> frozenset[str]:
        """Which of these comments are this owner's, and not erased."""

    def standing(self, tip: str) -> int:
        """How many comments of visitors stand under a tip.

        The bot's own, other sites' responses and erased ones are not counted.
        """

    def is_trusted(self, owner: str) -> bool:
        """Whether a comment of this owner stands and is not held."""

    def is_trusted_site(self, source: str) -> bool:
        """Whether a response from the host of this address stands and is not held."""

    def held(self) -> Sequence[Comment]:
        """Comments that are held, the one that was written first before the others."""

    def hold(self, comment_id: str, *, held: bool) -> None:
        """Hold a comment, or hold it no longer; one that is not there, or erased, is fine."""

    def erase(self, comment_id: str, now: datetime) -> None:
        """Erase a comment's name and text for good, and mark it deleted.

        Of a response, where it came from is erased as well.
        """

    def changes(self, after: int, limit: int) -> Sequence[Comment]:
        """Comments changed after `after` (a `seq`), oldest change first."""
