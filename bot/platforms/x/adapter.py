"""The X adapter: posts, finds, reads and deletes, through tweepy."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from bot.core.errors import OutcomeUnknown, PlatformError, RetryLater
from bot.core.model.capabilities import Capabilities
from bot.core.model.config import Account
from bot.core.model.delivery import Delivery, Post, Receipt
from bot.core.model.inspection import InspectionRemark
from bot.core.model.lookup import LOOK_BACK, Absent, CannotTell, Found
from bot.core.ports.network_state import RequestLimits
from bot.core.ports.pictures import PostPictures
from bot.core.ports.platform import Clock, SpendingLimit
from bot.outbound import json_values
from bot.outbound.prepared import Uploads, given
from bot.outbound.session import Carrier
from bot.platforms.x import API, PRICES, TRAITS
from bot.platforms.x.http.api import Api
from bot.platforms.x.http.error_rules import Gone, KeysRefused
from bot.platforms.x.http.payloads import XPost, is_missing
from bot.platforms.x.http.transport import TransportTimeouts
from bot.platforms.x.inspect_account import remarks
from bot.platforms.x.listening.listener import XListener
from bot.platforms.x.normalize import is_same, plain
from bot.platforms.x.snowflake import moment
from bot.platforms.x.urls import address, attached_kind, post_named

PATIENCE = TransportTimeouts()
UPLOAD_LASTS = timedelta(hours=12)
"""How long an uploaded picture is used: X keeps one for a day (`expires_after_secs`)."""


class XPlatform(XListener):
    """One account on X, in user context (OAuth 1.0a)."""

    def __init__(
        self,
        account: Account,
        secrets: Mapping[str, str],
        clock: Clock,
        *,
        patience: TransportTimeouts = PATIENCE,
        carrier: Carrier | None = None,
        limits: RequestLimits | None = None,
        spending_limit: SpendingLimit | None = None,
        pictures: PostPictures | None = None,
    ) -> None:
        self._uploads = Uploads(clock=clock, pictures=pictures, lasts=UPLOAD_LASTS)
        api = Api(
            account.options.get("api") or API,
            secrets,
            clock,
            patience,
            carrier=carrier,
            limits=limits,
        )
        super().__init__(account.name, api, clock, spending_limit)

    def learn(self) -> Capabilities:
        """Prove the keys. X does not tell an account's limits, so they are those of the kind."""
        self._ask_me()
        return TRAITS

    def needs_preparing(self, post: Post) -> bool:
        """Those with a picture."""
        return self._uploads.is_needed(post)

    def prepare(self, post: Post) -> str:
        """Upload the picture.

        As in `publish`, a request that the network repeats is answered with 401.
        """
        try:
            return self._uploads.prepare(post, TRAITS.picture, self._api.upload)
        except KeysRefused as refused:
            if self._has_good_keys():
                raise RetryLater("X did not take the picture", "it is tried again") from refused
            raise

    def publish(self, post: Post) -> Receipt:
        """Post exactly `post`, once.

        X refuses a signature that it knows. So where the network repeats our request, a post that
        was made is answered with 401: that proves nothing while the keys are good.
        """
        try:
            return self._receipt(self._api.create(post.text, post.in_reply_to, _media(post)))
        except KeysRefused as refused:
            if self._has_good_keys():
                what = "X refused the keys, which it accepts: it may have got the request twice"
                raise OutcomeUnknown(what, "look before trying again") from refused
            raise

    def find(
        self, delivery: Delivery, taken: Collection[str] = frozenset()
    ) -> Found | Absent | CannotTell:
        """Look through our own posts since the sending, replies included, to the last page."""
        since = (delivery.sent_at or delivery.post.created_at) - LOOK_BACK
        page = None
        for page in self._api.list_own_posts(self._me().id, since):
            self._meter.read("post", [one.id for one in page.posts], PRICES.read)
            for one in page.posts:
                free = one.at >= since and one.first_id not in taken
                if free and _is(delivery.post, one):
                    return Found(receipt=self._receipt(one.first_id))
            if page.partial or page.unreadable:
                return CannotTell(why="X did not show all of the account's posts; look at x.com")
        if page is not None and page.token:
            return CannotTell(why="there are too many posts since then to look through")
        return Absent()

    def list_own_posts(self, since: datetime, in_reply_to: str | None = None) -> frozenset[str]:
        """All our own posts made since then that answer this one, or nothing, by X's clock."""
        ids: set[str] = set()
        page = None
        for page in self._api.list_own_posts(self._me().id, since):
            self._meter.read("post", [one.id for one in page.posts], PRICES.read)
            young = (one for one in page.posts if one.at >= since)
            ids |= {one.first_id for one in young if one.replied_to == in_reply_to}
            if page.partial or page.unreadable:
                break
        if page is None or page.token or page.partial or page.unreadable:
            raise RetryLater("X did not show all of the account's posts", "look at x.com")
        return frozenset(ids)

    def retract(self, remote_id: str) -> None:
        """Delete our post; it is fine if X itself says that the post is gone.

        A deletion that may have been made counts as paid.
        """
        try:
            self._api.delete(remote_id)
        except Gone as gone:
            if is_missing(gone.document, remote_id) or self._is_missing(remote_id):
                return
            what = "X did not delete the post, and does not say that it is gone"
            raise OutcomeUnknown(what, "look at it on x.com, and try again") from gone
        except OutcomeUnknown:
            self._meter.read("deletion", [remote_id], PRICES.delete)
            raise
        self._meter.read("deletion", [remote_id], PRICES.delete)

    def inspect(self) -> Sequence[InspectionRemark]:
        """Ask X for the account, once; its answer tells what the keys may do, and costs money."""
        found = self._api.inspect()
        if found.person is not None:
            self._meter.read("user", [found.person.id], PRICES.read_user)
        return list(remarks(found, TRAITS, self._clock.now()))

    def remote_id(self, address: str) -> str | None:
        """The post that an address of x.com or twitter.com names, or whose id this is."""
        return post_named(address.strip())

    def _is_missing(self, post_id: str) -> bool:
        """Whether X, asked for this very post, says that it does not exist."""
        try:
            looked = self._api.look_up([post_id])
        except PlatformError:
            return False
        self._meter.read("post", [one.id for one in looked.posts], PRICES.read_other)
        return post_id in looked.missing

    def _has_good_keys(self) -> bool:
        """Whether X accepts the keys, or at least does not refuse them now."""
        try:
            self._ask_me()
        except KeysRefused:
            return False
        except PlatformError:
            pass  # unknown, so the post may exist
        return True

    def _receipt(self, post_id: str) -> Receipt:
        """The receipt for a post that X has. This may not fail."""
        username = self._known_as.username if self._known_as else None
        url = address(post_id, username) if post_named(post_id) else None
        return Receipt(remote_id=post_id, url=url, at=self._made(post_id))

    def _made(self, post_id: str) -> datetime:
        try:
            return moment(post_id)
        except ValueError:
            return self._clock.now()


def _is(post: Post, found: XPost) -> bool:
    """Whether this is the post: the same text, in answer to the same one, with a picture or none.

    X puts a link to the picture after the text.
    """
    pictures = {short for short, long in found.links.items() if attached_kind(long, found.history)}
    links = {short: "" if short in pictures else long for short, long in found.links.items()}
    has_picture = _media(post) is not None
    return (found.replied_to, bool(pictures)) == (post.in_reply_to, has_picture) and is_same(
        post.text, plain(found.text, links), is_reply=post.in_reply_to is not None
    )


def _media(post: Post) -> str | None:
    """The id of its uploaded picture."""
    return json_values.word(given(post.prepared).get("media")) or None
