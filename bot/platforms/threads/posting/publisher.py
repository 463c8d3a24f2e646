"""Posting on Threads: containers are made, published, and looked for."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock

from bot.core.errors import Duplicate, OutcomeUnknown, PlatformError, Refused, RetryLater
from bot.core.model.delivery import Delivery, Post, Receipt
from bot.core.model.lookup import LOOK_BACK, Absent, CannotTell, Found
from bot.core.ports.site_store import Pages
from bot.core.summary.page_text import page_picture
from bot.core.text.sanitize import one_line
from bot.outbound import json_values
from bot.platforms.threads.http.api import Api, Call
from bot.platforms.threads.http.errors import LOOKED_FOR, SOON, NotPermitted
from bot.platforms.threads.http.fields import OWN_POSTS
from bot.platforms.threads.posting.container import (
    Container,
    Status,
    container_fields,
    status_of,
)
from bot.platforms.threads.posting.find_own import find_post, own_media, receipt_of
from bot.platforms.threads.posting.picture_address import picture_address

USED_UP = timedelta(hours=1)
"""How long to wait where a quota of 24 hours is used up: it frees itself little by little."""
FAILED = timedelta(minutes=5)
"""How long to wait until another container is made in place of one that failed."""


class ThreadsPublisher:
    """The posting half of an account's adapter; `site` is the address of the bot's `pages`."""

    def __init__(self, api: Api, site: str | None, pages: Pages | None = None) -> None:
        self._api = api
        self._site = site
        self._pages = pages
        self._publishing = Lock()

    def needs_preparing(self, post: Post) -> bool:  # noqa: ARG002 - the port's; here all posts are alike
        """Every post has a container."""
        return True

    def prepare(self, post: Post) -> str:
        """The container of a post. It is made anew only if the one before was never published."""
        call, known = self._api.call(), Container.read(post.prepared)
        if known is not None and not self._is_useless(call, post, known):
            return known.write()
        address = picture_address(post, self._site, call.api.context.server)
        self._require_quota(call, post)
        made_at = self._api.clock.now()
        made = _make(call, container_fields(self._described(post), address))
        return Container(id=made, made_at=made_at).write()

    def publish(self, post: Post) -> Receipt:
        """Publish the post's container, if it is not published already.

        Nobody says what a second publishing of a container does: so its status is asked right
        before, and one thread at a time does both. Between processes the claim of the delivery
        does that.
        """
        container = Container.read(post.prepared)
        if container is None:
            raise RetryLater("the post has no container", "it is tried again")
        call = self._api.call()
        with self._publishing:
            self._require_finished(call, container)
            made = call.publish(container.id)
        if not made:
            what = f"{self._api.context.server} took the post but answered without its id"
            raise OutcomeUnknown(what, LOOKED_FOR)
        return self._receipt(call, made)

    def find(
        self, delivery: Delivery, taken: Collection[str] = frozenset()
    ) -> Found | Absent | CannotTell:
        """Look for the post in the account's list, and ask for the status of its container."""
        call, post = self._api.call(), delivery.post
        since = (delivery.sent_at or delivery.due) - LOOK_BACK
        found = find_post(call, post, since, taken)
        if found is not None:
            return Found(receipt=found)
        container = Container.read(post.prepared)
        status = status_of(call.container(container.id)) if container else Status.EXPIRED
        if status is Status.PUBLISHED:
            why = "Threads says that it is published, but does not list it; look at the account"
            return CannotTell(why=why)
        if status is Status.IN_PROGRESS:
            return CannotTell(why="Threads is still working on it", after=SOON)
        return Absent()

    def list_own_posts(self, since: datetime, in_reply_to: str | None = None) -> frozenset[str]:
        """All our posts since a moment."""
        call = self._api.call()
        own = own_media(call, since, in_reply_to)
        return frozenset(json_values.word(one.get("id")) for one in own)

    def _described(self, post: Post) -> Post:
        """The post with the alt text of the picture that Threads fetches: that of its tip's page.

        The page may be an older one than the post, as where its tip was edited meanwhile.
        """
        if self._pages is None or post.picture is None or post.tip is None:
            return post
        page = self._pages.get(post.tip)
        return post if page is None else replace(post, picture=page_picture(page.post))

    def _is_useless(self, call: Call, post: Post, known: Container) -> bool:
        """Whether a container can never be published, and never was.

        Only of an expired one does Threads say so. Of one that failed, or that it does not know
        any more, the list of our posts has to prove it.
        """
        status = status_of(call.container(known.id))
        if status in {Status.FINISHED, Status.IN_PROGRESS, Status.PUBLISHED}:
            return False
        if status is Status.EXPIRED:
            return True
        return find_post(call, post, known.made_at - LOOK_BACK, frozenset()) is None

    def _require_quota(self, call: Call, post: Post) -> None:
        """Raise RetryLater where Threads would take no more posts, or answers, today."""
        kind, what = ("reply_", "answers") if post.in_reply_to else ("", "posts")
        quota = call.quota(kind)
        if quota is not None and quota[0] >= quota[1]:
            told = f"Threads takes {quota[1]} {what} in 24 hours, and has them"
            raise RetryLater(told, "it waits until Threads takes more", after=USED_UP)

    def _require_finished(self, call: Call, container: Container) -> None:
        """Raise where the container cannot be published now."""
        found = call.container(container.id)
        status = status_of(found)
        if status is Status.PUBLISHED:
            raise Duplicate("Threads says that this post is published already", LOOKED_FOR)
        if status is Status.IN_PROGRESS:
            raise RetryLater(
                "Threads is still working on the post", "it is tried again", after=SOON
            )
        if status is Status.EXPIRED:
            raise RetryLater("the post's container has expired", "another one is made")
        if status is not Status.FINISHED:
            told = one_line(json_values.word((found or {}).get("error_message")) or "no reason")
            todo = "another one is made; see that its picture can be fetched, if it has one"
            raise RetryLater(f"the post's container failed: {told}", todo, after=FAILED)

    def _receipt(self, call: Call, made: str) -> Receipt:
        """The receipt of a post that was made: nothing may fail any more."""
        now = self._api.clock.now()
        try:
            shown = call.media(made, OWN_POSTS.names)
        except PlatformError:
            shown = {}
        return receipt_of({**shown, "id": made}, now)


def _make(call: Call, fields: Mapping[str, str]) -> str:
    """Make a container. What may not be answered is refused alone, and holds nothing else up."""
    try:
        return call.make_container(fields)
    except NotPermitted as error:
        if "reply_to_id" in fields:
            raise Refused(error.problem, error.todo) from None
        raise
