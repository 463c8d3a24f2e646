"""Reading notifications without gaps: forward from the last one heard, page by page.

Ids are opaque, so nothing is compared but equality, and the newest of a page is told by its time.
Servers leave out of a page what they do not show, after they have counted it: where nothing is left
of it, only its Link header tells where the list goes on.

Asked with `min_id`, Mastodon gives the page that comes right after it; other servers give the
newest page, the one that begins with it, or the oldest where nothing comes after it. So the way
from a page back to the mark is walked, too, which takes one empty answer where the page is the
right one; and a page that is not known to be newer than the mark is compared with the newest.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from requests.utils import parse_header_links

from bot.platforms.mastodon.http import json_values
from bot.platforms.mastodon.http.json_values import Record

PAGE = 30
"""Notifications to ask for at once: as many as every server gives."""
FIRST_PAGES = 10
"""How many pages the very first walk may take, and the way from a page back to the mark."""

_HEARD_SINCE = timedelta(days=1)
"""A notification this much older than the mark was read before it, whatever clocks did."""
_RELATIONS = (("prev", "min_id"), ("next", "max_id"))


@dataclass(frozen=True, kw_only=True, slots=True)
class NotificationCursor:
    """How far was read: the id of the newest notification, of this account on this server.

    An id means nothing anywhere else: after a move to another server it could lie above all ids
    to come, and the bot would never read anything again. `at` is when that notification came, if
    the server says so; before there was one, how far back the first poll reads.
    """

    server: str
    me: str
    after: str | None
    at: datetime | None = None

    def write(self) -> str:
        """The mark as a cursor."""
        told = {"server": self.server, "me": self.me, "after": self.after}
        if self.at is not None:
            told["at"] = self.at.isoformat()
        return json.dumps(told, sort_keys=True)

    def moved_to(self, cursor: str | None) -> NotificationCursor:
        """This mark moved to where the cursor says, if the cursor is of the same account."""
        try:
            known = json_values.record(json.loads(cursor or "{}"))
        except ValueError:
            return self
        if (known.get("server"), known.get("me")) != (self.server, self.me):
            return self
        after, at = json_values.ident(known.get("after")), _written(known.get("at"))
        return replace(self, after=after, at=at if after or at else self.at)

    def after_page(self, page: NotificationPage) -> NotificationCursor:
        """This mark after a page was read; while there is no notification, it stays."""
        return replace(self, after=page.newest, at=page.at) if page.newest else self


@dataclass(frozen=True, kw_only=True, slots=True)
class PageEnds:
    """What to ask for next to a page, by its Link header: `min_id` and `max_id`, where told.

    https://docs.joinmastodon.org/api/guidelines/#pagination
    """

    newer: str | None = None
    older: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NotificationPage:
    """Notifications, and the id of the newest (None: there is none) with its time, if it tells.

    `is_all` says that nothing is left to be read, `has_gap` that some could not be read.
    """

    notices: list[Record]
    newest: str | None
    at: datetime | None = None
    is_all: bool
    has_gap: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Notifications:
    """An account's notifications on its server, page by page."""

    #: asks for one page, newest first, with `limit` and perhaps `min_id` or `max_id`
    ask: Callable[..., list[Record]]
    #: the ends of the page that was asked for last
    ends: Callable[[], PageEnds]

    def after(self, mark: NotificationCursor) -> NotificationPage:
        """The page right after the mark; only where nothing comes after it all was read."""
        page = self.ask(limit=PAGE, min_id=mark.after)
        if not page:
            newest = self.ends().newer or mark.after
            is_all = newest == mark.after
            return NotificationPage(notices=[], newest=newest, at=mark.at, is_all=is_all)
        after, is_newer = mark.after, _is_newer(page, mark)
        if not is_newer and not _holds(page, mark):
            latest = self.ask(limit=PAGE)
            if is_newer is False or _holds(latest, mark):
                page, after = latest, None
        older, is_whole = self._back(page, mark, after)
        newest = newest_id(page) or mark.after
        return NotificationPage(
            notices=[notice for notice in [*page, *older] if not _is_old(notice, mark)],
            newest=newest,
            at=max(filter(None, [mark.at, *map(_came, page)]), default=None),
            is_all=newest == mark.after,
            has_gap=not is_whole,
        )

    def _back(
        self, page: list[Record], mark: NotificationCursor, after: str | None
    ) -> tuple[list[Record], bool]:
        """The notifications between a page and the mark, and whether the mark was reached."""
        found, first, last = list[Record](), page, None
        is_past = _holds(page, mark)
        for _ in range(FIRST_PAGES):
            oldest = oldest_id(page) or self.ends().older
            if is_past or oldest is None:
                return found, True
            if oldest == last:
                return found, _is_end(page, first)
            page, last = self.ask(limit=PAGE, min_id=after, max_id=oldest), oldest
            found += page
            is_past = _holds(page, mark) or _is_newer(page, mark) is False
        return found, is_past

    def back_to(self, since: Callable[[], datetime]) -> NotificationPage:
        """All that came since `since()`, from the newest page back; not all if that is too much.

        `since` is called after a page: the server's clock is read from its answer. A time that
        cannot be read ends nothing, and leaves nothing out.
        """
        notices: list[Record] = []
        last, is_all = None, False
        for _ in range(FIRST_PAGES):
            page = self.ask(limit=PAGE, max_id=last)
            notices += page
            oldest, came = oldest_id(page) or self.ends().older, _last_came(page)
            is_all = oldest is None or (came is not None and came < since())
            if oldest == last:
                is_all = is_all or _is_end(page, notices)
            if is_all or oldest == last:
                break
            last = oldest
        floor = since()
        young = [notice for notice in notices if (_when(notice) or floor) >= floor]
        at = max(filter(None, map(_came, notices)), default=None)
        return NotificationPage(notices=young, newest=newest_id(notices), at=at, is_all=is_all)


def _is_end(page: list[Record], first: list[Record]) -> bool:
    """Whether a page that came twice is the last one of all, and not the first of all again."""
    return newest_id(page) != newest_id(first) or len(page) < PAGE


def _is_old(notice: Record, mark: NotificationCursor) -> bool:
    """Whether a notification is known to have come long before the mark."""
    came = _came(notice)
    return came is not None and mark.at is not None and came < mark.at - _HEARD_SINCE


def ends_of(link: str) -> PageEnds:
    """The ends that a Link header tells of; nothing where it is none."""
    try:
        links = parse_header_links(link)
        told = {one.get("rel"): parse_qs(urlsplit(one["url"]).query) for one in links}
    except (ValueError, KeyError):
        return PageEnds()
    newer, older = (told.get(rel, {}).get(name, [None]) for rel, name in _RELATIONS)
    return PageEnds(newer=json_values.ident(newer[0]), older=json_values.ident(older[0]))


def newest_id(page: list[Record]) -> str | None:
    """The id of the page's newest notification: servers list it first, but one may list it last."""
    return next(iter(_ids(page)), None)


def oldest_id(page: list[Record]) -> str | None:
    """The id of the page's oldest notification."""
    return next(reversed(_ids(page)), None)


def _ids(page: list[Record]) -> list[str]:
    """The ids on a page, the newest first."""
    found = [(ident, notice) for notice in page if (ident := json_values.ident(notice.get("id")))]
    times = [came for _, notice in found[:1] + found[-1:] if (came := _came(notice))]
    is_upside_down = len(times) == 2 and times[0] < times[1]
    ids = [ident for ident, _ in found]
    return ids[::-1] if is_upside_down else ids


def _holds(page: list[Record], mark: NotificationCursor) -> bool:
    """Whether the notification at the mark is on a page."""
    return mark.after in {json_values.ident(notice.get("id")) for notice in page}


def _is_newer(page: list[Record], mark: NotificationCursor) -> bool | None:
    """Whether the newest of a page came later than the mark's; None: nobody can tell."""
    newest = max(filter(None, map(_came, page)), default=None)
    return None if newest is None or newest == mark.at or mark.at is None else newest > mark.at


def _last_came(page: list[Record]) -> datetime | None:
    """When the last notification of a page came whose time can be read."""
    return next(filter(None, map(_came, reversed(page))), None)


def _came(notice: Record) -> datetime | None:
    """When a notification came; None without a credible time."""
    return json_values.recent(notice.get("created_at"))


def _when(notice: Record) -> datetime | None:
    """When a notification came, or else when what it tells of was said."""
    status = json_values.record(notice.get("status"))
    return _came(notice) or json_values.recent(status.get("created_at"))


def _written(value: object) -> datetime | None:
    """A moment as a mark was written with it."""
    try:
        return json_values.recent(datetime.fromisoformat(json_values.word(value) or ""))
    except ValueError:
        return None
