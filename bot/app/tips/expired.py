"""Tips that are over: they stay in the file, and nothing is asked of them any more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.app.tips.validate import TipProblem
from bot.core.model.config import Config
from bot.core.model.tip import Library, Tip


def without_expired(config: Config, now: datetime) -> Config:
    """The same without the tips that are not posted any more."""
    kept = tuple(tip for tip in config.library if not _is_over(tip, now))
    return replace(config, library=Library(tips=kept))


def expired(config: Config, now: datetime) -> Iterator[TipProblem]:
    """The tips that no schedule brings any more, in the order of the file."""
    zone = ZoneInfo(config.bot.timezone)
    for tip in config.library:
        if tip.expires is not None and _is_over(tip, now):
            end = f"{tip.expires.astimezone(zone):%a %d %b %Y %H:%M %Z}"
            yield TipProblem(
                tip=tip.id,
                what=f"'{tip.id}' expired at {end} and is not posted any more",
                todo="leave it, or give it a later `expires`",
            )


def _is_over(tip: Tip, now: datetime) -> bool:
    return tip.expires is not None and tip.expires <= now
