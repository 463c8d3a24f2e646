"""Listening on X: mentions, what was said below our posts, and looks at what was heard before.

Every read is paid for, so each begins only where the worst that it can cost is left of the month's
money; with little left it asks for fewer posts at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from bot.core.datetimes import iso
from bot.core.errors import PlatformError, Refused, RetryLater
from bot.core.model.entry import Entry, as_own
from bot.core.ports.platform import Batch, Checked, Clock
from bot.platforms.x import PRICES
from bot.platforms.x.http.api import PAGE, Api
from bot.platforms.x.http.payloads import XLookup, XPage, XPost, XUser
from bot.platforms.x.listening import conversation_cursor, mentions_cursor
from bot.platforms.x.listening.conversation_cursor import ConversationCursor, Gap
from bot.platforms.x.listening.entries import doubtful, entry
from bot.platforms.x.listening.mentions_cursor import MentionsCursor
from bot.platforms.x.listening.read_quota import ReadQuota
from bot.platforms.x.listening.usage_meter import UsageMeter
from bot.platforms.x.snowflake import moment
from bot.platforms.x.urls import address

MANY = 10_000
"""How many posts' owners, and how many people, are remembered, before all are forgotten."""

FEWEST_MENTIONS = 5
FEWEST_FOUND = 10
"""X gives no smaller page of mentions, and of what a search finds."""

MENTION = PRICES.read + PRICES.read_user + 2 * PRICES.read_other
"""The most that a mention costs: itself, its author, and two posts that say what kind it is of."""
FOUND = PRICES.read_other + PRICES.read_user
"""The most that a post costs which a search finds: itself and its author."""
LOOK = 2 * PRICES.read_other + PRICES.read_user
"""The most that a look at an entry costs: its first version, its newest, and its author."""


class XListener:
    """One account's ears. `me` tells who we are, and may have to ask X for it."""

    def __init__(
        self,
        account: str,
        api: Api,
        clock: Clock,
        bill: UsageMeter,
        allowance: ReadQuota,
        me: Callable[[], XUser],
    ) -> None:
        self._account = account
        self._api = api
        self._clock = clock
        self._bill = bill
        self._allowance = allowance
        self._me = me
        self._is_ours: dict[str, bool] = {}
        self._people: dict[str, XUser] = {}

    def poll(self, cursor: str | None) -> Batch:
        """One page of mentions, newest first, down to what is known; from a week ago at first."""
        at = mentions_cursor.start(cursor, self._clock.now())
        with self._allowance.hold(
            MENTION, fewest=FEWEST_MENTIONS, most=PAGE, first=PRICES.read_user
        ) as many:
            me = self._me().id
            try:
                page = self._api.mentions(me, at.floor, at.resume, many)
            except Refused:
                if at.resume is None:
                    raise
                return Batch(cursor=at.afresh().cursor(), cost=self._bill.settle())
            return self._batch(at, page, me)

    def read_thread(self, remote_id: str, cursor: str | None) -> Batch:
        """One page of what was said below our post without naming us, by us, too, newest first.

        X's search does not tell whether our post is still there.
        """
        now = self._clock.now()
        at, gap = conversation_cursor.within_reach(
            conversation_cursor.start(cursor, remote_id), now
        )
        unheard = [] if gap is None else [_out_of_reach(remote_id, gap)]
        if at.is_done:
            after = conversation_cursor.step(at, (), goes_on=False, now=now)
            return Batch(cursor=after.cursor(), unheard=tuple(unheard))
        with self._allowance.hold(
            FOUND, fewest=FEWEST_FOUND, most=PAGE, first=PRICES.read_user
        ) as many:
            page = self._found(remote_id, at, many)
            after = conversation_cursor.step(
                at, _ids(page), goes_on=page.token is not None, now=now
            )
            me = self._me()
            heard = [post for post in page.posts if post.first_id != remote_id]
            unheard += _unclear(page, heard, me.id, "replies", address(remote_id, None))
            people = {**page.people, me.id: me}
            return Batch(
                entries=tuple(self._entries(heard, frozenset({remote_id}), people)),
                cursor=after.cursor(),
                more=after.resume is not None and bool(page.posts),
                unheard=tuple(unheard),
                cost=self._bill.settle(),
            )

    def check(self, remote_ids: Sequence[str]) -> Checked:
        """Each of these as it is now, as far as the money reaches; X takes a hundred at once.

        What kind of entry one is was found out when it was heard, and is not paid for again.
        """
        wanted = list(dict.fromkeys(remote_ids))
        if not wanted:
            return Checked()
        with self._allowance.hold(LOOK, fewest=1, most=len(wanted), first=PRICES.read_user) as many:
            me = self._me()
            self._know({me.id: me})
            found, gone = self._look(wanted[:many])
            return Checked(entries=found, gone=gone, cost=self._bill.settle())

    def _batch(self, at: MentionsCursor, page: XPage, me: str) -> Batch:
        self._paid(page.posts, page.people, PRICES.read)
        ids = _ids(page)
        after = mentions_cursor.step(at, ids, goes_on=page.token is not None, now=self._clock.now())
        heard = [post for post in page.posts if post.author_id != me]
        ours = self._ours({one for post in heard for one in doubtful(post, me)}, me)
        entries = tuple(self._entries(heard, ours, page.people))
        return Batch(
            entries=entries,
            cursor=after.walk.cursor(),
            more=after.more,
            unheard=_unheard(page, at, me, lost=after.lost),
            cost=self._bill.settle(),
        )

    def _found(self, remote_id: str, at: ConversationCursor, many: int) -> XPage:
        """A page of the conversation. A refusal says nothing of our post, so it is no end."""
        try:
            page = self._api.below(remote_id, self._me(), at.floor, at.resume, many)
        except Refused as refused:
            what = f"X did not let us search below {address(remote_id, None)} ({refused})"
            raise RetryLater(what, "the bot tries again") from refused
        self._paid(page.posts, page.people, PRICES.read_other)
        return page

    def _entries(
        self, posts: Iterable[XPost], ours: frozenset[str], people: Mapping[str, XUser]
    ) -> Iterator[Entry]:
        """The posts as entries, oldest first; of those whose author is not shown, no words."""
        me, now = self._me().id, self._clock.now()
        for post in reversed([*posts]):
            author = people.get(post.author_id)
            heard = entry(post, account=self._account, me=me, author=author, ours=ours)
            seen = replace(heard, checked_at=now)
            yield as_own(seen) if post.author_id == me else seen

    def _look(self, wanted: Sequence[str]) -> tuple[tuple[Entry, ...], frozenset[str]]:
        """The entries as they are now, and the ids of those that are gone.

        Where X fails in the middle, what was seen until then counts.
        """
        entries: list[Entry] = []
        gone: frozenset[str] = frozenset()
        for start in range(0, len(wanted), PAGE):
            try:
                looked = self._newest(wanted[start : start + PAGE])
            except PlatformError:
                if not start:
                    raise
                break
            gone |= looked.gone
            entries += self._known_again(looked.posts)
        return tuple(entries), gone

    def _newest(self, wanted: Sequence[str]) -> XLookup:
        """The newest version of each of these, their authors known.

        X shows the version that it is asked for, and the ids of all. An author costs more than a
        post, so only those are asked for whom we do not know.
        """
        first = self._api.look_up(wanted)
        self._paid(first.posts, {}, PRICES.read_other)
        again = {post.history[-1]: post.first_id for post in first.posts if self._is_vague(post)}
        if not again:
            return first
        second = self._api.look_up(list(again), people=True)
        self._paid(second.posts, second.people, PRICES.read_other)
        clear = [post for post in first.posts if not self._is_vague(post)]
        newest = [post for post in second.posts if post.id in again]
        seen = {post.first_id: post for post in (*clear, *newest)}
        gone = first.gone | {again[one] for one in second.gone if one in again}
        return replace(first, posts=tuple(seen.values()), gone=gone - seen.keys())

    def _is_vague(self, post: XPost) -> bool:
        return post.id != post.history[-1] or post.author_id not in self._people

    def _known_again(self, posts: Iterable[XPost]) -> Iterator[Entry]:
        """The posts whose authors X shows, as entries."""
        ours = frozenset(one for one, is_ours in self._is_ours.items() if is_ours)
        for post in posts:
            if post.author_id in self._people:
                yield from self._entries([post], ours, self._people)

    def _paid(self, posts: Iterable[XPost], people: Mapping[str, XUser], price: Decimal) -> None:
        """Put what X returned on the bill, and remember who wrote it."""
        self._bill.read("post", [post.id for post in posts], price)
        self._bill.read("user", people, PRICES.read_user)
        self._know(people)

    def _know(self, people: Mapping[str, XUser]) -> None:
        known = self._people if len(self._people) < MANY else {}
        self._people = {**known, **people}

    def _ours(self, post_ids: Iterable[str], me: str) -> frozenset[str]:
        """Which of these posts are ours; X is asked about each only once."""
        post_ids = set(post_ids)
        known = dict(self._is_ours)
        unknown = sorted(post_ids - known.keys())
        for start in range(0, len(unknown), PAGE):
            asked = unknown[start : start + PAGE]
            authors = self._api.authors(asked)
            self._bill.read("post", authors, PRICES.read_other)
            known |= {one: authors.get(one) == me for one in asked}
        self._is_ours = known if len(known) <= MANY else {}
        return frozenset(one for one in post_ids if known[one])


def _ids(page: XPage) -> list[int]:
    return [int(post.id) for post in page.posts]


def _out_of_reach(post_id: str, gap: Gap) -> str:
    return (
        f"X's search reaches back {conversation_cursor.REACH.days} days: what was said below "
        f"{address(post_id, None)} between {iso(gap.since)} and {iso(gap.until)} without naming "
        "the account cannot be heard; look at it on x.com"
    )


def _unheard(page: XPage, at: MentionsCursor, me: str, *, lost: bool) -> tuple[str, ...]:
    """What was said but cannot be heard, in words."""
    unheard = []
    if lost:
        ends = _ids(page) or [at.resume or at.floor]
        unheard.append(
            f"X shows only the newest {mentions_cursor.REACH} mentions, and there were more: "
            f"some from before "
            f"{iso(moment(str(min(ends))))} may be missing; look at the notifications on x.com"
        )
    new = [post for post in page.posts if int(post.id) > at.known]
    return (*unheard, *_unclear(page, new, me, "mentions", "the notifications"))


def _unclear(page: XPage, new: Iterable[XPost], me: str, what: str, where: str) -> Iterator[str]:
    """What of a page cannot be read or has no author, in words; `new` was not heard before."""
    if page.unreadable:
        yield (
            f"X sent {page.unreadable} {what} in a form that is not known; look at {where} on x.com"
        )
    if nameless := sum(post.author_id not in {me, *page.people} for post in new):
        yield (
            f"X did not tell who wrote {nameless} of the {what}, so their words are not kept; "
            f"look at {where} on x.com"
        )
