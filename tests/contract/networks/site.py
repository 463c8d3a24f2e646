"""The bot's own site with its real store; the person uses the function behind the reply form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import select

from bot.app.site.comments import CommentWriter, NewComment
from bot.core.model.config import Account, Identity
from bot.core.model.entry import Visibility
from bot.platforms.site import KIND
from bot.platforms.site.adapter import SitePlatform
from bot.store import Database, open_store
from bot.store.tables import comments, pages
from bot.web.pages.pictures import PagePictures
from tests.clock import FakeClock
from tests.contract.network import ControlledNetwork

IDENTITY = Identity(
    id="bot", name="Ten Tips", timezone="Europe/London", site="https://tips.example"
)


class SiteNetwork(ControlledNetwork):
    """The site has no connection that can fail, and needs no credentials."""

    kind = KIND
    person = "Grace"
    can_mention = False

    def __init__(self, database: Database) -> None:
        super().__init__(FakeClock(), {})
        self._database = database
        self._commenting = CommentWriter(
            database.pages, lambda: None, lambda _: False, lambda _: False
        )
        self.platform = self.another()

    def another(self) -> SitePlatform:
        """A new adapter with the same store."""
        account = Account(name="site", kind="site")
        return SitePlatform(account, IDENTITY, self._database.pages, self.clock)

    def existing_posts(self) -> Sequence[tuple[str, str]]:
        """The published pages and the bot's comments in the database."""
        up = select(pages.c.key).where(pages.c.gone.is_(None))
        ours = select(comments.c.id).where(comments.c.ours, comments.c.deleted_at.is_(None))
        with self._database.engine.connect() as connection:
            found = [*connection.scalars(up), *connection.scalars(ours)]
        return [(one, self._text(one)) for one in found]

    def pictures_of(self, remote_id: str) -> Sequence[tuple[str, bytes]]:
        """The picture of the page, if it is no card."""
        page = self._database.pages.find(remote_id)
        if page is None or page.post.picture is None:
            return []
        pages = PagePictures(make=self.pictures)
        told, content = pages.about(page.post), pages.content(page.post)
        assert told is not None
        assert content is not None
        assert (told.width, told.height) == (content.width, content.height)
        return [(told.alt, content.data)]

    def parent_of(self, remote_id: str) -> str | None:
        """As stored."""
        comment = self._database.pages.comment(remote_id)
        return comment.in_reply_to if comment else None

    def post_as_person(self, text: str, reply_to: str | None, visibility: Visibility) -> str:
        """A public comment under a page or a comment."""
        page = self._database.pages.find(reply_to or "")
        parent = self._database.pages.comment(reply_to or "")
        draft = NewComment(
            tip=page.tip if page else parent.tip if parent else "",
            name=self.person,
            text=text,
            in_reply_to=parent.id if parent else None,
        )
        return self._commenting.write(draft, owner="grace", now=self.clock.now()).id

    def person_deletes(self, remote_id: str) -> None:
        """Erased."""
        self._commenting.erase(remote_id, now=self.clock.now())

    def _text(self, remote_id: str) -> str:
        page = self._database.pages.find(remote_id)
        comment = self._database.pages.comment(remote_id)
        return page.post.text if page else comment.text if comment else ""


@contextmanager
def site_network(place: Path, url: str | None = None) -> Iterator[SiteNetwork]:
    """A site with a new database: in a directory, or on PostgreSQL."""
    with closing(open_store(place, "bot", url)) as database:
        yield SiteNetwork(database)
