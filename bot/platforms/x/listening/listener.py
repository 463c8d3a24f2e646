"""Listening on X: mentions, replies below our posts, and known entries again.

Every read costs money, so each starts only where the month's budget covers the most that it can
cost; with little left it asks for fewer posts at once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from bot.core.datetimes import iso
from bot.core.errors import PlatformError, Refused, RetryLater
from bot.core.model.entry import Entry, as_own
from bot.core.ports.platform import Batch, Checked, Clock, SpendingLimit
from bot.platforms.x import PRICES
from bot.platforms.x.http.api import PAGE, Api
from bot.platforms.x.http.payloads import XLookup, XPage, XPost, XUser
from bot.platforms.x.listening import conversation_cursor, mentions_cursor
from bot.platforms.x.listening.conversation_cursor import ConversationCursor, Gap
from bot.platforms.x.listening.entries import doubtful, entry
from bot.platforms.x.listening.mentions_cursor import MentionsCursor
from bot.platforms.x.listening.read_quota import ReadQuota, UsageMeter
from bot.platforms.x.snowflake import moment
from bot.platforms.x.urls import address

MANY = 10_000
"""How many posts' authors, and how many people, are cached before the cache is cleared."""

FEWEST_MENTIONS = 5
FEWEST_FOUND = 10
"""The smallest pages of mentions and of search results that X gives."""

MENTION = PRICES.read + PRICES.read_user + 2 * PRICES.read_other
"""The most that a mention costs: itself, its author, and two posts that decide its kind."""
FOUND = PRICES.read_other + PRICES.read_user
"""The most that a search result costs: itself and its author."""
LOOK = 2 * PRICES.read_other + PRICES.read_user
"""The most that a look at an entry costs: its first version, its newest, and its author."""


class XListener:
    """The reading half of an account's adapter."""

    def __init__(
        self, account: str, api: Api, clock: Clock, spending_limit: SpendingLimit | None
    ) -> None:
        self.account = account
        self._api = api
        self._clock = clock
        self._meter = UsageMeter(clock)
        self._quota = ReadQuota(spending_limit, self._meter, clock)
        self._known_as: XUser | None = None
        self._is_ours: dict[str, bool] = {}
        self._people: dict[str, XUser] = {}

    def settle_cost(self) -> Decimal:
        """The cost of reading since the last call, in US dollars."""
        return self._meter.settle()

    def poll(self, cursor: str | None, began: datetime | None = None) -> Batch:
        """One page of mentions, newest first, down to the known ones; at first those of a week."""
        at = mentions_cursor.start(cursor, began or self._clock.now())
        with self._quota.hold(
            MENTION, fewest=FEWEST_MENTIONS, most=PAGE, first=PRICES.read_user
        ) as many:
            me = self._me().id
            try:
                page = self._api.mentions(me, at.floor, at.resume, many)
            except Refused:
                if at.resume is None:
                    raise
                return Batch(cursor=at.afresh().cursor(), cost=self._meter.settle())
            return self._batch(at, page, me)

    def read_thread(self, remote_id: str, cursor: str | None) -> Batch:
        """One page of replies below our post that do not name us, newest first, ours included.

        X's search does not tell whether our post is still there.
        """
        now = self._clock.now()
        at, gap = conversation_cursor.within_reach(
            conversation_cursor.start(cursor, remote_id), now
        )
        unheard = [] if gap is None else [_gap_line(remote_id, gap)]
        if at.is_done:
            after = conversation_cursor.step(at, (), goes_on=False, now=now)
            return Batch(cursor=after.cursor(), unheard=tuple(unheard))
        with self._quota.hold(
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
                cost=self._meter.settle(),
            )

    def check(self, remote_ids: Sequence[str]) -> Checked:
        """Each of these as it is now, as far as the budget allows; X takes a hundred at once.

        The kind of an entry was decided when it was first read, and is not paid for again.
        """
        wanted = list(dict.fromkeys(remote_ids))
        if not wanted:
            return Checked()
        with self._quota.hold(LOOK, fewest=1, most=len(wanted), first=PRICES.read_user) as many:
            me = self._me()
            self._know({me.id: me})
            found, gone = self._look(wanted[:many])
            return Checked(entries=found, gone=gone, cost=self._meter.settle())

    def _me(self) -> XUser:
        """The account, asked for once."""
        return self._known_as or self._ask_me()

    def _ask_me(self) -> XUser:
        me = self._known_as = self._api.me()
        self._meter.read("user", [me.id], PRICES.read_user)
        return me

    def _batch(self, at: MentionsCursor, page: XPage, me: str) -> Batch:
        self._note(page.posts, page.people, PRICES.read)
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
            cost=self._meter.settle(),
        )

    def _found(self, remote_id: str, at: ConversationCursor, many: int) -> XPage:
        """A page of the conversation. A refusal says nothing about our post, so it is no end."""
        try:
            page = self._api.below(remote_id, self._me(), at.floor, at.resume, many)
        except Refused as refused:
            what = f"X did not let us search below {address(remote_id, None)} ({refused})"
            raise RetryLater(what, "the bot tries again") from refused
        self._note(page.posts, page.people, PRICES.read_other)
        return page

    def _entries(
        self, posts: Iterable[XPost], ours: frozenset[str], people: Mapping[str, XUser]
    ) -> Iterator[Entry]:
        """The posts as entries, oldest first; without text where X does not show the author."""
        me, now = self._me().id, self._clock.now()
        for post in reversed([*posts]):
            author = people.get(post.author_id)
            heard = entry(post, account=self.account, me=me, author=author, ours=ours)
            seen = replace(heard, checked_at=now)
            yield as_own(seen) if post.author_id == me else seen

    def _look(self, wanted: Sequence[str]) -> tuple[tuple[Entry, ...], frozenset[str]]:
        """The entries as they are now, and the ids of those that are gone.

        Where X fails in the middle, the results until then count.
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
        """The newest version of each of these, with its author.

        X shows the version that it is asked for, and the ids of all. An author costs more than a
        post, so only unknown authors are asked for.
        """
        first = self._api.look_up(wanted)
        self._note(first.posts, {}, PRICES.read_other)
        again = {post.history[-1]: post.first_id for post in first.posts if self._is_vague(post)}
        if not again:
            return first
        second = self._api.look_up(list(again), people=True)
        self._note(second.posts, second.people, PRICES.read_other)
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

    def _note(self, posts: Iterable[XPost], people: Mapping[str, XUser], price: Decimal) -> None:
        """Meter what X returned, and cache the authors."""
        self._meter.read("post", [post.id for post in posts], price)
        self._meter.read("user", people, PRICES.read_user)
        self._know(people)

    def _know(self, people: Mapping[str, XUser]) -> None:
        known = self._people if len(self._people) < MANY else {}
        self._people = {**known, **people}

    def _ours(self, post_ids: Iterable[str], me: str) -> frozenset[str]:
        """Those of these posts that are ours; X is asked about each only once."""
        post_ids = set(post_ids)
        known = dict(self._is_ours)
        unknown = sorted(post_ids - known.keys())
        for start in range(0, len(unknown), PAGE):
            asked = unknown[start : start + PAGE]
            authors = self._api.authors(asked)
            self._meter.read("post", authors, PRICES.read_other)
            known |= {one: authors.get(one) == me for one in asked}
        self._is_ours = known if len(known) <= MANY else {}
        return frozenset(one for one in post_ids if known[one])


def _ids(page: XPage) -> list[int]:
    return [int(post.id) for post in page.posts]


def _gap_line(post_id: str, gap: Gap) -> str:
    return (
        f"X's search reaches back {conversation_cursor.REACH.days} days: replies below "
        f"{address(post_id, None)} between {iso(gap.since)} and {iso(gap.until)} without naming "
        "the account cannot be read any more; look at it on x.com"
    )


def _unheard(page: XPage, at: MentionsCursor, me: str, *, lost: bool) -> tuple[str, ...]:
    """Sentences about mentions that cannot be read."""
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
    """Sentences about posts of a page that cannot be read or have no author."""
    if page.unreadable:
        yield (f"X sent {page.unreadable} {what} in an unknown form; look at {where} on x.com")
    if nameless := sum(post.author_id not in {me, *page.people} for post in new):
        yield (
            f"X did not name the author of {nameless} of the {what}, so their text is not stored; "
            f"look at {where} on x.com"
        )
