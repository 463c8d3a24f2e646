"""Notifications from the newest back to what is known, and the cursor between two polls.

`listNotifications` has no "since" and lists the newest first. A backdated reply sorts below what is
known already: so each poll reads two days more than that, and the log drops what it has. The cursor
holds a digest of these two days, so that the same ones are not given again each time.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.text.fingerprint import fingerprint_of
from bot.outbound import json_values
from bot.outbound.json_values import Record
from bot.outbound.rate_limits import iso_date
from bot.platforms.bluesky.http import answers

OVERLAP = timedelta(hours=48)
BACKLOG = timedelta(days=7)
"""How far back the first poll reaches: the account may have been used before."""
PAGES = 5
"""The most pages of one poll; the next one goes on."""

AskPage = Callable[[str], tuple[list[Record], str]]
"""Asks for a page of notifications ("": the newest); and where the next one begins, or ""."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NotificationCursor:
    """How far the notifications of an account were read."""

    me: str
    #: the time of the newest one when they were last read to the end; before there was one, two
    #: days after the first poll began to read
    known: datetime
    #: a digest of those since `known` minus the overlap; "": there is none
    seen: str = ""
    #: while a walk lasts: the page where it goes on, and the time of the newest when it began
    page: str = ""
    newest: datetime | None = None

    @classmethod
    def read(cls, text: str | None, me: str, since: datetime) -> "NotificationCursor":
        """The cursor that a text is; a new one for no text, another's, or that of another form.

        A new one begins to read at `since`.
        """
        found = json_values.document((text or "").encode()) or {}
        known, newest = (iso_date(json_values.word(found.get(one))) for one in ("known", "newest"))
        if found.get("me") != me or known is None:
            return cls(me=me, known=since + OVERLAP)
        seen, page = (json_values.word(found.get(one)) for one in ("seen", "page"))
        return cls(me=me, known=known, seen=seen, page=page, newest=newest)

    @property
    def since(self) -> datetime:
        """How far back a poll reads."""
        return self.known - OVERLAP

    def write(self) -> str:
        """The cursor as text."""
        moments = {"known": self.known, "newest": self.newest}
        told = {name: at.isoformat() if at else "" for name, at in moments.items()}
        return json.dumps({"me": self.me, "seen": self.seen, "page": self.page, **told})


@dataclass(frozen=True, kw_only=True, slots=True)
class Walked:
    """Notifications of one poll, and the cursor after it; `more`: the walk goes on."""

    notices: tuple[Record, ...]
    cursor: NotificationCursor
    more: bool


def walk(
    ask: AskPage, cursor: NotificationCursor, now: datetime, has_time: Callable[[], bool]
) -> Walked:
    """Read from the newest, or where the last walk stopped, back to what is known."""
    since = cursor.since
    notices: list[Record] = []
    page, newest, is_whole = cursor.page, cursor.newest, not cursor.page
    for _ in range(PAGES):
        found, onward = ask(page)
        notices += [one for one in found if _at(one, now) >= since]
        newest = max([newest or since, *(_at(one, since) for one in found)])
        is_end = not onward or onward == page or any(_at(one, now) < since for one in found)
        page = "" if is_end else onward
        if is_end or not has_time():
            break
    if page:
        return Walked(
            notices=tuple(notices), cursor=replace(cursor, page=page, newest=newest), more=True
        )
    return _ended(notices, cursor, newest or since, now, is_whole=is_whole)


def _ended(
    notices: list[Record],
    cursor: NotificationCursor,
    newest: datetime,
    now: datetime,
    *,
    is_whole: bool,
) -> Walked:
    """The end of a walk: nothing of it where one poll was enough and it is what was read before."""
    fresh = NotificationCursor(me=cursor.me, known=max(cursor.known, newest))
    if is_whole:
        lasting = (one for one in notices if _at(one, now) >= fresh.since)
        seen = fingerprint_of(f"{one.get('uri')} {one.get('cid')}" for one in lasting)
        fresh = replace(fresh, seen=seen)
    is_same = is_whole and fresh == cursor
    return Walked(notices=() if is_same else tuple(notices), cursor=fresh, more=False)


def _at(notice: Record, otherwise: datetime) -> datetime:
    """The time by which the network sorts it."""
    return answers.moment(notice.get("indexedAt")) or otherwise
