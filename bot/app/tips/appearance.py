"""How a summary looks as a post on each account of its tip, and how much room there is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.app.posting.draft import Drafter
from bot.core.model.config import Config, Tip
from bot.core.posting.compose import Fitted, PostLayout
from bot.core.summary import Summary
from bot.core.text.hashtags import hashtags


@dataclass(frozen=True, kw_only=True, slots=True)
class Appearance:
    """A whole post, with link and hashtags, and the accounts on which it looks like this."""

    accounts: tuple[str, ...]
    text: str
    #: in X's weights
    length: int
    limit: int


def layouts(tip: Tip, config: Config, drafter: Drafter) -> tuple[PostLayout, ...]:
    """The layouts of every account that the tip goes to."""
    return tuple(
        drafter.layout(tip, account, config)
        for account in config.accounts
        if tip.goes_to(account.name)
    )


def appearances(summary: str, tip: Tip, among: Sequence[PostLayout]) -> tuple[Appearance, ...]:
    """The posts that a summary makes; none where it does not fit everywhere."""
    if not fits(summary, among=among):
        return ()
    tags, words = tuple(hashtags(tip.tags)), Summary(text=summary, how="", sure=1.0)
    return grouped((layout.account.name, layout.post(words, tags)) for layout in among)


def room(among: Sequence[PostLayout]) -> int:
    """How many characters fit everywhere."""
    if not fits("x", among=among):
        return 0
    posts = [layout.post(Summary(text="x", how="", sure=1.0), ()) for layout in among]
    left = (min(one.limit - one.length, one.native.limit - one.native.length) for one in posts)
    return min(left, default=-1) + 1


def grouped(posts: Iterable[tuple[str, Fitted]]) -> tuple[Appearance, ...]:
    """Equal posts together, with the names of their accounts."""
    found: dict[tuple[str, int, int], list[str]] = {}
    for account, one in posts:
        found.setdefault((one.text, one.length, one.limit), []).append(account)
    return tuple(
        Appearance(accounts=tuple(accounts), text=text, length=length, limit=limit)
        for (text, length, limit), accounts in found.items()
    )


def fits(summary: str, *, among: Sequence[PostLayout]) -> bool:
    """Whether the summary fits everywhere, with the link."""
    return all(place.takes(summary) for place in among)
