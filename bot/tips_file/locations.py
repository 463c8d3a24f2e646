"""Places in a tips file, and problems at them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bot.core.errors import Problem, TipsError
from bot.tips_file.messages import escape

Place: TypeAlias = tuple[int, int]
"""Line and column, both from 1."""

NOWHERE: Place = (0, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """The place of each tip (its id), account and schedule; (0, 0) for one that is not there."""

    file: str
    tips: Mapping[str, Place]
    accounts: Mapping[str, Place]
    schedules: Mapping[str, Place]
    #: the place of the bot's time zone
    timezone: Place = NOWHERE

    def tip(self, tip_id: str) -> Place:
        """The place of the tip."""
        return self.tips.get(tip_id, NOWHERE)

    def account(self, name: str) -> Place:
        """The place of the account; (0, 0) for the site of a file that names no account."""
        return self.accounts.get(name, NOWHERE)

    def schedule(self, name: str) -> Place:
        """The place of the schedule."""
        return self.schedules.get(name, NOWHERE)

    def problem(self, place: Place, what: str, todo: str = "") -> Problem:
        """A problem at one of these places."""
        return problem(self.file, what, todo, place)


def problem(file: str, what: str, todo: str = "", place: Place = NOWHERE) -> Problem:
    """A problem at a place in the file, whose name is made harmless."""
    return Problem(file=escape(file), line=place[0], column=place[1], what=what, todo=todo)


def refuse(file: str, what: str, todo: str, place: Place = NOWHERE) -> TipsError:
    """The error for a file that cannot be used at all."""
    return TipsError((problem(file, what, todo, place),))
