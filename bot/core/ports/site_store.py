"""The stores of the site: its pages and comments, and webmentions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.core.discussion.webmention import Webmention
from bot.core.model.delivery import Post
from bot.core.model.site_page import Comment, Page


class Pages(Protocol):
    """The site's pages, and the comments that were written into its form."""

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
        """Store the response of a page of another site, in place of its earlier one.

        An erased one stays erased. Returns what is stored now.
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
        """Hold a comment, or release it; one that does not exist, or is erased, is fine."""

    def erase(self, comment_id: str, now: datetime) -> None:
        """Erase a comment's name and text for good, and mark it deleted.

        Of a response, where it came from is erased as well.
        """

    def changes(self, after: int, limit: int) -> Sequence[Comment]:
        """Comments changed after `after` (a `seq`), oldest change first."""


class WebmentionStore(Protocol):
    """The webmentions that were received, each (source, target) once."""

    def get(self, source: str, target: str) -> Webmention | None:
        """The webmention of this pair, or None."""

    def put(self, ping: Webmention) -> None:
        """Store a webmention in place of an earlier one of its pair."""

    def move(self, old: Webmention, new: Webmention | None) -> bool:
        """Replace `old` by `new` (None: delete it); False if it has changed meanwhile."""

    def due(self, now: datetime, limit: int) -> Sequence[Webmention]:
        """Those whose page is to be read now, longest waiting first."""

    def waiting(self) -> int:
        """How many pages are still to be read."""

    def forget(self, before: datetime) -> None:
        """Delete those that are settled and older than this."""


class EntryNews(Protocol):
    """Tells when a bot's discussion has new events."""

    @property
    def look_after(self) -> float:
        """Seconds after which to look for events without having been told: news can be lost."""

    def subscribe(self, bot: str, wake: Callable[[], None]) -> Callable[[], None]:
        """Call `wake` at each news of a bot, from any thread, and at times without any.

        The function that is returned ends that.
        """
