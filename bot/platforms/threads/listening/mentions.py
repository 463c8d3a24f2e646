"""Mentions since what is known, and the cursor between two polls.

`GET /me/mentions` takes `since`, and nobody says how it sorts: so all of its pages are read, and
two days more than is known each time, because a mention can come late; the log drops what it has.
The cursor holds a digest of what was read, so that the same ones are not given again each time.
https://developers.facebook.com/docs/threads/threads-mentions
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.outbound import json_values
from bot.outbound.json_values import Record
from bot.outbound.rate_limits import iso_date
from bot.platforms.threads.http.paging import FIRST, Page
from bot.platforms.threads.listening.entries import seen_of
from bot.platforms.threads.posting.find_own import moment

OVERLAP = timedelta(hours=48)
BACKLOG = timedelta(days=7)
"""How far back the first poll reaches: the account may have been used before."""
PAGES = 5
"""The most pages of one poll; the next one goes on."""

AskPage = Callable[[str, datetime], Page]
"""Asks for a page of the mentions since a moment."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MentionsCursor:
    """How far the mentions of an account were read."""

    me: str
    #: from when on there is to be nothing missing, while none is known
    first: datetime
    #: the time of the newest one when they were last read to the end; None: there was none
    known: datetime | None = None
    #: a digest of those that were read last; "": there is none
    seen: str = ""
    #: while a walk lasts: from when on, the page where it goes on, and the time of the newest
    since: datetime | None = None
    page: str = FIRST
    newest: datetime | None = None

    @classmethod
    def read(cls, text: str | None, me: str, first: datetime) -> "MentionsCursor":
        """The cursor that a text is; a new one for no text, another's, or that of another form."""
        found = json_values.document((text or "").encode()) or {}
        if found.get("me") != me:
            return cls(me=me, first=first)
        kept, known, since, newest = (
            iso_date(json_values.word(found.get(one)))
            for one in ("first", "known", "since", "newest")
        )
        seen, page = (json_values.word(found.get(one)) for one in ("seen", "page"))
        return cls(
            me=me,
            first=kept or first,
            known=known,
            seen=seen,
            since=since,
            page=page,
            newest=newest,
        )

    def write(self) -> str:
        """The cursor as text."""
        moments = {
            "first": self.first,
            "known": self.known,
            "since": self.since,
            "newest": self.newest,
        }
        told = {name: at.isoformat() if at else "" for name, at in moments.items()}
        return json.dumps({"me": self.me, "seen": self.seen, "page": self.page, **told})


@dataclass(frozen=True, kw_only=True, slots=True)
class Walked:
    """Mentions of one poll, and the cursor after it; `more`: the walk goes on."""

    mentions: tuple[Record, ...]
    cursor: MentionsCursor
    more: bool


def walk(ask: AskPage, cursor: MentionsCursor, has_time: Callable[[], bool]) -> Walked:
    """Read all pages since what is known, or go on where the last walk stopped."""
    is_whole = cursor.page == FIRST or cursor.since is None
    since = cursor.since if cursor.since and not is_whole else _since(cursor)
    page: str | None = FIRST if is_whole else cursor.page
    mentions: list[Record] = []
    newest = cursor.newest if not is_whole else None
    for _ in range(PAGES):
        found = ask(page or FIRST, since)
        mentions += found.media
        times = [at for one in found.media if (at := moment(one))]
        newest = max([*times, *([newest] if newest else [])], default=None)
        page = found.after
        if page is None or not has_time():
            break
    if page is not None:
        onward = replace(cursor, since=since, page=page, newest=newest)
        return Walked(mentions=tuple(mentions), cursor=onward, more=True)
    known = max([one for one in (cursor.known, newest) if one], default=None)
    seen = seen_of(mentions) if is_whole else ""
    fresh = MentionsCursor(me=cursor.me, first=cursor.first, known=known, seen=seen)
    is_same = is_whole and fresh == cursor
    return Walked(mentions=() if is_same else tuple(mentions), cursor=fresh, more=False)


def _since(cursor: MentionsCursor) -> datetime:
    return cursor.known - OVERLAP if cursor.known else cursor.first
