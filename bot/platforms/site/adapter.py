"""The site as a platform: its server is our own store of pages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from bot.core.discussion.webmention import RESPONSE
from bot.core.errors import Refused
from bot.core.model.capabilities import Capabilities
from bot.core.model.config import Account, Identity
from bot.core.model.delivery import Delivery, Post, Receipt
from bot.core.model.entry import NOBODY, Author, Entry, EntryKind, Standing
from bot.core.model.inspection import InspectionRemark
from bot.core.model.lookup import Absent, Found
from bot.core.model.site_page import Comment, Page
from bot.core.ports.platform import Batch, Clock
from bot.core.ports.site_store import Pages
from bot.platforms.site import KIND

if TYPE_CHECKING:
    from bot.outbound.session import Carrier

STEP = 200
"""How many changes one poll reads."""


class SitePlatform:
    """Publishes tips as pages and the bot's answers as comments, and reads comments.

    A post's key is its id here, and a stored post is never replaced, so that the same request
    can be repeated any number of times. Raises Refused for a post that has no place on the site,
    and StoreError where the database cannot be used.
    """

    def __init__(
        self,
        account: Account,
        identity: Identity,
        pages: Pages,
        clock: Clock,
        *,
        carrier: Carrier | None = None,
        is_running: Callable[[], bool] = lambda: True,
    ) -> None:
        self.account = account.name
        self._identity = identity
        self._pages = pages
        self._clock = clock
        self._carrier = carrier
        self._is_running = is_running

    def learn(self) -> Capabilities:
        """The site's own rules, without a request."""
        return KIND.traits

    def publish(self, post: Post) -> Receipt:
        """Publish a tip's page, or an answer of the bot under one."""
        if post.in_reply_to is not None:
            return self._answer(post, post.in_reply_to)
        if post.tip is None:
            raise Refused(
                "a post without a tip has no page on the site", "answer a reply, or post a tip"
            )
        now = self._clock.now()
        return self._page_receipt(
            self._pages.put(Page(tip=post.tip, post=post, first_at=now, at=now))
        )

    def find(self, delivery: Delivery, taken: Collection[str] = frozenset()) -> Found | Absent:
        """Look up the post by its key: here, absence is certain."""
        key = delivery.post.key
        if key in taken:
            return Absent()
        page = self._pages.find(key)
        if page is not None:
            return Found(receipt=self._page_receipt(page))
        comment = self._pages.comment(key)
        return Absent() if comment is None else Found(receipt=self._comment_receipt(comment))

    def poll(self, cursor: str | None, began: datetime | None = None) -> Batch:  # noqa: ARG002 - it has all that was ever said
        """Comments written or deleted since the change numbered `cursor`."""
        changes = self._pages.changes(int(cursor or 0), STEP)
        return Batch(
            entries=tuple(map(self._entry, changes)),
            cursor=str(changes[-1].seq) if changes else cursor,
            more=len(changes) == STEP,
        )

    def retract(self, remote_id: str) -> None:
        """Remove a page, or erase an answer of the bot."""
        now = self._clock.now()
        self._pages.retract(remote_id, now)
        comment = self._pages.comment(remote_id)
        if comment is not None and comment.ours:
            self._pages.erase(remote_id, now)

    def remote_id(self, address: str) -> str | None:
        """The post whose page or answer has this address, or whose key it is."""
        address, tips = address.strip(), self._address("")
        if not address.startswith(tips):
            known = self._pages.find(address) or self._pages.comment(address)
            return None if known is None else address
        path, _, anchor = address.removeprefix(tips).partition("#")
        if anchor.startswith("comment-"):
            comment = self._pages.comment(unquote(anchor.removeprefix("comment-")))
            return None if comment is None else comment.id
        page = self._pages.get(unquote(path.partition("?")[0].rstrip("/")))
        return None if page is None else page.post.key

    def inspect(self) -> Sequence[InspectionRemark]:
        """Ask the site's public address whether this bot answers there."""
        from bot.platforms.site.inspect_address import ask, remarks  # noqa: PLC0415 - posting needs no client

        answer = ask(self._identity.site, self._carrier)
        is_running = self._is_running()
        return list(remarks(answer, self._identity, self._clock.now(), is_running=is_running))

    def _answer(self, post: Post, parent_id: str) -> Receipt:
        """Write the bot's answer under the comment that it answers."""
        parent = self._pages.comment(parent_id)
        if parent is None or parent.deleted_at is not None:
            raise Refused(
                f"comment {parent_id} is not on the site any more", "answer another reply"
            )
        comment = Comment(
            id=post.key,
            tip=parent.tip,
            name=self._identity.name,
            text=post.text,
            at=self._clock.now(),
            owner="",
            in_reply_to=parent_id,
            ours=True,
        )
        return self._comment_receipt(self._pages.write(comment))

    def _page_receipt(self, page: Page) -> Receipt:
        return Receipt(remote_id=page.post.key, url=self._address(page.tip), at=page.at)

    def _comment_receipt(self, comment: Comment) -> Receipt:
        return Receipt(remote_id=comment.id, url=self._place(comment), at=comment.at)

    def _address(self, tip: str) -> str:
        return f"{self._identity.site}/tips/{quote(tip)}"

    def _place(self, comment: Comment) -> str:
        place = quote(f"comment-{comment.id}", safe="")
        return f"{self._address(comment.tip)}?at={place}#{place}"

    def _entry(self, comment: Comment) -> Entry:
        """The comment as an entry of the discussion; a deleted one has no text."""
        is_gone = comment.deleted_at is not None
        is_response = comment.id.startswith(RESPONSE)
        home = self._identity.site if comment.ours else comment.author_url
        return Entry(
            account=self.account,
            remote_id=comment.id,
            kind=EntryKind.RESPONSE if is_response else EntryKind.COMMENT,
            author=NOBODY if is_gone else Author(name=comment.name, url=home, key=_person(comment)),
            text="" if is_gone else comment.text,
            at=comment.at,
            in_reply_to=comment.in_reply_to,
            tip=comment.tip,
            url=None if is_gone else comment.source or self._place(comment),
            deleted_at=comment.deleted_at,
            ours=comment.ours,
            standing=Standing.HELD if comment.held else Standing.SHOWN,
        )


def _person(comment: Comment) -> str:
    """The commenter's id for the site: that of the browser's cookie, or the other site's host."""
    return comment.owner if comment.source is None else urlsplit(comment.source).hostname or ""
