"""How much room a tip's summary has on each account that it goes to, link included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.app.posting.draft import Drafter
from bot.core.model.config import Config, Tip
from bot.core.posting.compose import PostLayout
from bot.core.summary import Summary


@dataclass(frozen=True, kw_only=True, slots=True)
class Tight:
    """A summary on the account where it has the least room."""

    account: str
    #: with the link, in X's weights
    length: int
    limit: int
    #: how many more characters would fit
    left: int


def layouts(tip: Tip, config: Config, drafter: Drafter) -> tuple[PostLayout, ...]:
    """The layouts of every account that the tip goes to."""
    return tuple(
        drafter.layout(tip, account, config)
        for account in config.accounts
        if tip.goes_to(account.name)
    )


def tightest(summary: str, among: Sequence[PostLayout]) -> Tight | None:
    """The summary where it has the least room; None where it does not fit everywhere."""
    if not all(layout.takes(summary) for layout in among):
        return None
    words = Summary(text=summary, how="", sure=1.0)
    return min((_tight(words, layout) for layout in among), key=lambda one: one.left, default=None)


def _tight(summary: Summary, layout: PostLayout) -> Tight:
    post = layout.post(summary, ())
    left = min(post.limit - post.length, post.native.limit - post.native.length)
    return Tight(account=layout.account.name, length=post.length, limit=post.limit, left=left)


def room(among: Sequence[PostLayout]) -> int:
    """How many characters fit everywhere."""
    least = tightest("x", among)
    return least.left + 1 if least else 0
