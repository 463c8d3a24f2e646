"""How far the replies below a post have been read: X's search reaches back seven days.

A walk goes from the newest down, page by page, to the `floor`: up to there everything that X shows
is read. At its end the floor rises to the time of its start, also without any reply. So only
replies that the bot did not look for within seven days are out of reach.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from bot.platforms.x.listening.mentions_cursor import numbers_of
from bot.platforms.x.snowflake import first_id, moment

REACH = timedelta(days=7)
"""How far back X's search reaches; it refuses an older id."""
MARGIN = timedelta(minutes=10)
"""How much later than that we begin, so that a walk of several pages stays within its reach."""
LAG = timedelta(minutes=5)
"""Search can find a post some time after it was made: the floor stays below that."""
SKEW = timedelta(minutes=1)
"""How far X's clock may be from ours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConversationCursor:
    """Where the walk stands; `top` is the floor to be, `resume` the lowest id that it has seen."""

    floor: int
    top: int = 0
    resume: int | None = None

    def cursor(self) -> str:
        """The walk as the text to store."""
        return json.dumps(asdict(self))

    @property
    def is_done(self) -> bool:
        """Whether the rest of it has fallen out of X's reach."""
        return self.resume is not None and self.resume <= self.floor + 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """The time span that can no longer be read."""

    since: datetime
    until: datetime


def start(cursor: str | None, post_id: str) -> ConversationCursor:
    """The walk of this cursor; for None, or for no cursor, one through all replies."""
    numbers = numbers_of(cursor)
    floor, top, resume = (numbers.get(name) for name in ("floor", "top", "resume"))
    if type(floor) is not int or type(top) is not int:
        return ConversationCursor(floor=int(post_id))
    return ConversationCursor(floor=floor, top=top, resume=resume if type(resume) is int else None)


def within_reach(walk: ConversationCursor, now: datetime) -> tuple[ConversationCursor, Gap | None]:
    """The walk within X's reach, and the gap that it has lost, if any."""
    if walk.floor >= first_id(now - REACH + SKEW):
        return walk, None
    floor = first_id(now - REACH + MARGIN)
    gap = Gap(since=moment(str(walk.floor)), until=moment(str(floor)))
    return replace(walk, floor=floor), gap


def step(
    walk: ConversationCursor, ids: Sequence[int], *, goes_on: bool, now: datetime
) -> ConversationCursor:
    """The walk after a page with these ids that was asked for `now`; `resume` None: at its end."""
    top = walk.top or first_id(now - LAG)
    if goes_on:
        return replace(walk, top=top, resume=min(ids, default=walk.resume))
    return ConversationCursor(floor=max(walk.floor, top))
