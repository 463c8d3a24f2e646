"""Where a tip's summary goes, and how much room it has there: on every account, link included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.app.posting.draft import Constraints, Drafter
from bot.core.model.config import Account, Config
from bot.core.model.tip import Tip
from bot.core.posting.layout import PostLayout
from bot.core.summary import Summary


@dataclass(frozen=True, kw_only=True, slots=True)
class Tight:
    """A summary where it has the least room: its length with the link, by the promise.

    So many characters more as are `left` would fit.
    """

    account: str
    length: int
    limit: int
    left: int


class Destination:
    """An account that a tip goes to."""

    def __init__(self, account: Account, aim: Constraints) -> None:
        self.account = account
        self._frame = PostLayout(account=account, rule=aim.traits.text, link=aim.link)

    def takes(self, summary: str) -> bool:
        """Whether the summary fits, with its link."""
        return self._frame.takes(summary)

    def measured(self, summary: str) -> Tight | None:
        """The summary with its link as it is posted here, or None where it does not fit."""
        if not self.takes(summary):
            return None
        words = Summary(text=summary, how="", sure=1.0)
        made = self._frame.made(words, (), exhausted=False)
        left = min(made.limit - made.length, made.native.limit - made.native.length)
        return Tight(account=self.account.name, length=made.length, limit=made.limit, left=left)


def destinations(tip: Tip, config: Config, drafter: Drafter) -> tuple[Destination, ...]:
    """Every account that the tip goes to."""
    return tuple(
        Destination(account, drafter.aim(tip, account, config))
        for account in config.accounts
        if tip.goes_to(account.name)
    )


def tightest(summary: str, among: Sequence[Destination]) -> Tight | None:
    """The summary where it has the least room, or None where it does not fit one of the places."""
    found = [place.measured(summary) for place in among]
    fitting = [one for one in found if one is not None]
    if len(fitting) < len(found) or not fitting:
        return None
    return min(fitting, key=lambda one: one.left)


def room(among: Sequence[Destination]) -> int:
    """So many characters fit everywhere."""
    least = tightest("x", among)
    return least.left + 1 if least else 0
