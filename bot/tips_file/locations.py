"""Where things stand in a loaded file, for whoever has something to say about them later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.errors import Problem
from bot.tips_file.yaml.yaml_tree import NOWHERE, Place


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """Line and column of each tip (its id), account and schedule; (0, 0) for what is not there."""

    file: str
    tips: Mapping[str, Place]
    accounts: Mapping[str, Place]
    schedules: Mapping[str, Place]
    timezone: Place = NOWHERE
    """the bot's time zone"""

    def tip(self, tip_id: str) -> Place:
        """Where the tip stands."""
        return self.tips.get(tip_id, NOWHERE)

    def account(self, name: str) -> Place:
        """Where the account stands; nowhere if it is the site that no line asked for."""
        return self.accounts.get(name, NOWHERE)

    def schedule(self, name: str) -> Place:
        """Where the schedule stands."""
        return self.schedules.get(name, NOWHERE)

    def problem(self, place: Place, what: str, todo: str = "") -> Problem:
        """A problem at one of these places."""
        line, column = place
        return Problem(file=self.file, line=line, column=column, what=what, todo=todo)
