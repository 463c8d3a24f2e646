"""X behind our doors: post, look, listen, take back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from bot.core.errors import OutcomeUnknown, PlatformError, RetryLater
from bot.core.model.capabilities import Capabilities
from bot.core.model.config import Account
from bot.core.model.delivery import Delivery, Post, Receipt
from bot.core.model.inspection import InspectionRemark
from bot.core.model.lookup import LOOK_BACK, Absent, CannotTell, Found
from bot.core.ports.platform import Batch, Checked, Clock, SpendingLimit
from bot.outbound.session import Carrier
from bot.platforms.x import API, PRICES, TRAITS
from bot.platforms.x.http.api import Api
from bot.platforms.x.http.error_rules import Gone, KeysRefused
from bot.platforms.x.http.payloads import XPost, XUser, is_missing
from bot.platforms.x.http.transport import TransportTimeouts
from bot.platforms.x.inspect_account import remarks
from bot.platforms.x.listening.listener import XListener
from bot.platforms.x.listening.read_quota import ReadQuota
from bot.platforms.x.listening.usage_meter import UsageMeter
from bot.platforms.x.normalize import is_same, plain
from bot.platforms.x.snowflake import moment
from bot.platforms.x.urls import address, post_named

PATIENCE = TransportTimeouts()


class XPlatform:
    """One account on X, in user context (OAuth 1.0a), behind every door that there is.

    `spending_limit` tells what listening may still cost this month.
    """

    def __init__(
        self,
        account: Account,
        secrets: Mapping[str, str],
        clock: Clock,
        *,
        patience: TransportTimeouts = PATIENCE,
        carrier: Carrier | None = None,
        spending_limit: SpendingLimit | None = None,
    ) -> None:
        self.account = account.name
        self._api = Api(account.options.get("api") or API, secrets, clock, patience, carrier)
        self._clock = clock
        self._bill = UsageMeter(clock)
        self._known_as: XUser | None = None
        self._listening = XListener(
            account.name,
            self._api,
            clock,
            self._bill,
            ReadQuota(spending_limit, self._bill, clock),
            self._me,
        )

    def learn(self) -> Capabilities:
        """Prove the keys. X has no place that tells an account's limits, so they are the kind's."""
        self._introduced()
        return TRAITS

    def publish(self, post: Post) -> Receipt:
        """Post exactly `post`, once.

        X refuses a signature that it knows. So where a line repeats our request by itself, a post
        that was made is answered with 401: that proves nothing while the keys are good.
        """
        try:
            return self._receipt(self._api.create(post.text, post.in_reply_to))
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
            self._bill.read("post", [one.id for one in page.posts], PRICES.read)
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
            self._bill.read("post", [one.id for one in page.posts], PRICES.read)
            young = (one for one in page.posts if one.at >= since)
            ids |= {one.first_id for one in young if one.replied_to == in_reply_to}
            if page.partial or page.unreadable:
                break
        if page is None or page.token or page.partial or page.unreadable:
            raise RetryLater("X did not show all of the account's posts", "look at x.com")
        return frozenset(ids)

    def poll(self, cursor: str | None) -> Batch:
        """One page of mentions, newest first, down to what is known; from a week ago at first."""
        return self._listening.poll(cursor)

    def read_thread(self, remote_id: str, cursor: str | None) -> Batch:
        """One page of what was said below our post without naming us, a week back at most."""
        return self._listening.read_thread(remote_id, cursor)

    def check(self, remote_ids: Sequence[str]) -> Checked:
        """Each of these as it is now, in its newest version, or gone."""
        return self._listening.check(remote_ids)

    def retract(self, remote_id: str) -> None:
        """Delete our post; one of which X itself says that it is gone is fine.

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
            self._bill.read("deletion", [remote_id], PRICES.delete)
            raise
        self._bill.read("deletion", [remote_id], PRICES.delete)

    def settle_cost(self) -> Decimal:
        """What was read and not told yet, in US dollars."""
        return self._bill.settle()

    def inspect(self) -> Sequence[InspectionRemark]:
        """Ask X for the account, once; its answer tells what the keys may do, and costs money."""
        found = self._api.inspect()
        if found.person is not None:
            self._bill.read("user", [found.person.id], PRICES.read_user)
        return list(remarks(found, TRAITS, self._clock.now()))

    def remote_id(self, address: str) -> str | None:
        """The post that an address of x.com or twitter.com names, or whose id this is."""
        return post_named(address.strip())

    def _is_missing(self, post_id: str) -> bool:
        """Whether X, asked for this very post, says that it is not there."""
        try:
            looked = self._api.look_up([post_id])
        except PlatformError:
            return False
        self._bill.read("post", [one.id for one in looked.posts], PRICES.read_other)
        return post_id in looked.missing

    def _me(self) -> XUser:
        """The account, asked for once."""
        return self._known_as or self._introduced()

    def _introduced(self) -> XUser:
        me = self._known_as = self._api.me()
        self._bill.read("user", [me.id], PRICES.read_user)
        return me

    def _has_good_keys(self) -> bool:
        """Whether X accepts the keys, for all that can be told."""
        try:
            self._introduced()
        except KeysRefused:
            return False
        except PlatformError:
            pass  # it cannot be told, so a post is not ruled out
        return True

    def _receipt(self, post_id: str) -> Receipt:
        """The receipt for a post that X has: nothing in here may fail."""
        username = self._known_as.username if self._known_as else None
        url = address(post_id, username) if post_named(post_id) else None
        return Receipt(remote_id=post_id, url=url, at=self._made(post_id))

    def _made(self, post_id: str) -> datetime:
        try:
            return moment(post_id)
        except ValueError:
            return self._clock.now()


def _is(post: Post, found: XPost) -> bool:
    """Whether this is the post: the same text, in answer to the same one."""
    return found.replied_to == post.in_reply_to and is_same(
        post.text, plain(found.text, found.links), is_reply=post.in_reply_to is not None
    )
