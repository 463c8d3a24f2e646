"""Fitting a tip into a post: summary, tags and link, within the promise and the network's rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from bot.core.model.capabilities import Capabilities, TextLimit
from bot.core.model.config import Account, Config, LinkRule
from bot.core.model.tip import Tip
from bot.core.posting.layout import Fitted, PostLayout
from bot.core.summary import NullCache, Summary, SummaryCache, best, can_say, key_of, runners_up
from bot.core.text.counting.measure import weighted_length
from bot.core.text.counting.network_length import native_length
from bot.core.text.hashtags import hashtags

_FORGETFUL = NullCache()


@dataclass(frozen=True, kw_only=True, slots=True)
class TooLong:
    """Nothing that can be said of the tip fits, and why."""

    why: str


def link_for(tip: Tip, account: Account, traits: Capabilities, config: Config) -> str | None:
    """What the tip's post on this account points at: its own link, or its page, or nothing."""
    if account.link is LinkRule.NEVER:
        return None
    if tip.link or traits.is_home or config.site is None:
        return tip.link
    return config.page(tip.id)


def compose(
    tip: Tip,
    account: Account,
    traits: Capabilities,
    link: str | None,
    *,
    summary_cache: SummaryCache = _FORGETFUL,
    said: Sequence[str] = (),
) -> Fitted | TooLong:
    """The best post for a tip on an account: the best summary that fits, then tags.

    What is in the `summary_cache` is not worked out again. `said` are the texts that the account
    has posted of this tip, oldest first: another is made while there is a good one, by other words,
    or other tags or their order.
    """
    frame = PostLayout(account=account, rule=traits.text, link=link)
    orders = _orders(tuple(hashtags(tip.tags)) if account.hashtags else ())
    key = key_of(*_words(tip), account.limit, account.hashtags, traits.text, link, *said)
    choice = summary_cache.get(key)
    if choice is None:
        ways = [partial(frame.text, tags=order) for order in orders]
        choice = best(tip, frame.takes, said=said, ways=ways)
        summary_cache.put(key, choice)
    if choice.chosen is None:
        return TooLong(why=_why(tip, account, traits.text, link))
    return frame.made(choice.chosen, orders[choice.way], exhausted=choice.exhausted)


def misfit(tip: Tip, account: Account, traits: Capabilities, link: str | None) -> TooLong | None:
    """Why nothing of the tip fits, or None; quicker than to fit it."""
    frame = PostLayout(account=account, rule=traits.text, link=link)
    if can_say(tip, frame.takes):
        return None
    return TooLong(why=_why(tip, account, traits.text, link))


def others(
    tip: Tip, account: Account, traits: Capabilities, link: str | None, *, than: Summary
) -> tuple[Summary, ...]:
    """The summaries that would have been next, as this account would post them."""
    frame = PostLayout(account=account, rule=traits.text, link=link)
    found = runners_up(tip, frame.takes, than=than)
    return tuple(replace(one, text=frame.shown(one.text)) for one in found)


def _words(tip: Tip) -> tuple[object, ...]:
    """What of a tip its summary depends on."""
    return tip.title, tip.text, tip.summary, tip.language, tip.tags


def _orders(tags: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The tags in the orders in which they may stand: each comes first once."""
    return [tags[turn:] + tags[:turn] for turn in range(max(1, len(tags)))]


def _why(tip: Tip, account: Account, rule: TextLimit, link: str | None) -> str:
    """What is too long, in numbers."""
    if weighted_length(tip.title) > account.limit:
        return f"its title is {weighted_length(tip.title)} long and the limit is {account.limit}"
    room = account.limit - (weighted_length(f" {link}") if link else 0)
    native = rule.limit - (native_length(f" {link}", rule) if link else 0)
    return (
        f"beside its link there is room for {min(room, native)} characters, and nothing is so short"
    )
