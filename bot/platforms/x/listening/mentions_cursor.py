"""How far the mentions have been read: X lists them newest first, and none may be skipped.

A walk starts at the newest mention and goes down, page by page, to the `floor`: the id up to
which all mentions are known. Only then does the floor rise, to the `ceiling`, the newest id that
the walk has seen. So a walk may stop at any page and go on later at `resume`; newer mentions lie
above the ceiling and belong to the next walk. Pages are requested by id, since X's tokens expire.

X shows the newest 800 only, and does not mark that end. So a walk counts; and a walk of several
pages is followed at once by another, which counts newer mentions that pushed the oldest out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.platforms.x.snowflake import first_id

REACH = 800
"""The number of mentions that X shows; it does not say that there are older ones."""
FIRST_REACH = timedelta(days=7)
"""How far back the first poll reaches: as far as X's search, at a low cost."""
LAG = timedelta(minutes=2)
"""A mention can appear a little later than one that is younger: the floor stays below that."""

COUNTED = ("floor", "known", "ceiling", "seen", "behind")
"""What every cursor holds; `resume` may be null."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MentionsCursor:
    """Where the walk stands. Ids are numbers here, since they are compared.

    `known` is the last walk's ceiling: mentions between the floor and it are read again, in case
    one was added late. `seen` counts this walk's mentions above it, `behind` those of the last
    walk, if that had several pages.
    """

    floor: int
    known: int
    ceiling: int = 0
    resume: int | None = None
    seen: int = 0
    behind: int = 0

    def cursor(self) -> str:
        """The walk as the text to store."""
        return json.dumps({name: getattr(self, name) for name in (*COUNTED, "resume")})

    def afresh(self) -> MentionsCursor:
        """The same walk from its top, for when X refuses to go on where it stood."""
        return MentionsCursor(floor=self.floor, known=self.known, behind=self.behind)


@dataclass(frozen=True, kw_only=True, slots=True)
class CursorStep:
    """The walk after a page; whether to go on at once, and whether mentions may be lost."""

    walk: MentionsCursor
    more: bool
    lost: bool


def numbers_of(cursor: str | None) -> dict[str, Any]:
    """The fields of a stored cursor; none for None, and for a text that is no cursor."""
    try:
        stored = json.loads(cursor or "null")
    except ValueError:
        stored = None
    return stored if isinstance(stored, dict) else {}


def start(cursor: str | None, began: datetime) -> MentionsCursor:
    """The walk of this cursor; a new one for None, or for a text that is no cursor.

    `began` is when the first poll was tried.
    """
    numbers = numbers_of(cursor)
    resume = numbers.get("resume")
    if any(type(numbers.get(name)) is not int for name in COUNTED):
        floor = first_id(began - FIRST_REACH)
        return MentionsCursor(floor=floor, known=floor)
    return MentionsCursor(
        resume=resume if type(resume) is int else None,
        **{name: numbers[name] for name in COUNTED},
    )


def step(walk: MentionsCursor, ids: Sequence[int], *, goes_on: bool, now: datetime) -> CursorStep:
    """The walk after a page with these ids, of which X says whether it goes on."""
    new = sum(one > walk.known for one in ids)
    walk = replace(walk, ceiling=max(walk.ceiling, *ids, 0), seen=walk.seen + new)
    if goes_on and ids:
        return CursorStep(walk=replace(walk, resume=min(ids)), more=True, lost=False)
    return _ended(walk, cut_off=goes_on, now=now)


def _ended(walk: MentionsCursor, *, cut_off: bool, now: datetime) -> CursorStep:
    lost = cut_off or walk.behind + walk.seen >= REACH
    had_pages = walk.resume is not None and not lost
    settled = min(walk.ceiling, first_id(now - LAG))
    after = MentionsCursor(
        floor=max(walk.floor, settled),
        known=max(walk.known, walk.ceiling),
        behind=walk.seen if had_pages else 0,
    )
    return CursorStep(walk=after, more=had_pages and not walk.behind, lost=lost)
