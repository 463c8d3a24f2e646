"""Reading notifications without unheard: forward from the last one heard, page by page.

Only a `min_id` gives the page that comes right after it. Ids are opaque, so nothing is compared
but equality, and the newest of a page is told by its time. Servers leave out of a page what they
do not show, after they have counted it: where nothing is left of it, only its Link header tells
where the list goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from requests.utils import parse_header_links

from bot.platforms.mastodon import foreign
from bot.platforms.mastodon.foreign import Record

PAGE = 30
"""Notifications to ask for at once: as many as every server gives."""
FIRST_PAGES = 10
"""How many pages the very first walk may take."""

_RELATIONS = (("prev", "min_id"), ("next", "max_id"))

Ask = Callable[..., list[Record]]
"""Asks for one page, newest first, with `limit` and perhaps `min_id` or `max_id`."""

Since = Callable[[], datetime]
"""The moment to walk back to, asked after a page: the server's clock is read off its answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """How far was heard: the id of the newest notification, of this account on this server.

    An id means nothing anywhere else: after a move to another server it could lie above all that
    ever comes, and the bot would be deaf for good.
    """

    server: str
    me: str
    after: str | None

    def write(self) -> str:
        """The mark as a cursor."""
        return json.dumps(asdict(self), sort_keys=True)

    def moved_to(self, cursor: str | None) -> Mark:
        """This mark moved to where the cursor says, if the cursor is of the same account."""
        try:
            known = foreign.record(json.loads(cursor or "{}"))
        except ValueError:
            return self
        if (known.get("server"), known.get("me")) != (self.server, self.me):
            return self
        return Mark(server=self.server, me=self.me, after=foreign.ident(known.get("after")))


@dataclass(frozen=True, kw_only=True, slots=True)
class Ends:
    """What to ask for next to a page, by its Link header: `min_id` and `max_id`, where told.

    https://docs.joinmastodon.org/api/guidelines/#pagination
    """

    newer: str | None = None
    older: str | None = None


OfPage = Callable[[], Ends]
"""The ends of the page that was asked for last."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """Notifications, the id of the newest (None: there is none), and whether all were read."""

    notices: list[Record]
    newest: str | None
    is_all: bool


def forward(ask: Ask, after: str, ends: OfPage) -> Heard:
    """The page right after `after`; only where nothing comes after it all was read."""
    page = ask(limit=PAGE, min_id=after)
    newest = newest_id(page) or ends().newer or after
    return Heard(notices=page, newest=newest, is_all=newest == after)


def first_walk(ask: Ask, since: Since, ends: OfPage) -> Heard:
    """All that came since `since()`, from the newest page back; not all if that is too much."""
    notices: list[Record] = []
    oldest, is_all = None, False
    for _ in range(FIRST_PAGES):
        page = ask(limit=PAGE, max_id=oldest)
        notices += page
        oldest = foreign.ident(page[-1].get("id")) if page else ends().older
        if is_all := oldest is None or (bool(page) and _came(page[-1]) < since()):
            break
    floor = since()
    young = [notice for notice in notices if _came(notice) >= floor]
    return Heard(notices=young, newest=newest_id(notices), is_all=is_all)


def ends_of(link: str) -> Ends:
    """The ends that a Link header tells of; nothing where it is none."""
    try:
        links = parse_header_links(link)
        told = {one.get("rel"): parse_qs(urlsplit(one["url"]).query) for one in links}
    except (ValueError, KeyError):
        return Ends()
    newer, older = (told.get(rel, {}).get(name, [None]) for rel, name in _RELATIONS)
    return Ends(newer=foreign.ident(newer[0]), older=foreign.ident(older[0]))


def newest_id(page: list[Record]) -> str | None:
    """The id of the page's newest notification: servers list it first, but one may list it last."""
    known = [notice for notice in page if foreign.ident(notice.get("id"))]
    if not known:
        return None
    first, last = known[0], known[-1]
    return foreign.ident((last if _came(last) > _came(first) else first).get("id"))


def _came(notice: Record) -> datetime:
    """When a notification came; without a readable time, long ago."""
    return foreign.moment(notice.get("created_at")) or foreign.LONG_AGO
