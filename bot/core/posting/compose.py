"""Composes a post: the best summary that fits, hashtags and the link, within every limit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import islice

from bot.core.model.capabilities import Capabilities, Unit
from bot.core.model.config import Account, Config, LinkRule, Tip
from bot.core.model.delivery import Span, SpanKind
from bot.core.summary import (
    Choice,
    NullCache,
    Summary,
    SummaryCache,
    best,
    can_say,
    key_of,
    runners_up,
)
from bot.core.text.counting.links import unlinked
from bot.core.text.counting.measure import (
    NetworkLength,
    byte_length,
    native_length,
    weighted_length,
)
from bot.core.text.hashtags import hashtags
from bot.core.text.mentions import unmentioned

_NO_CACHE = NullCache()

MOST_ORDERS = 30
"""So many orders of a tip's hashtags are tried: all in which six of them come first in pairs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitted:
    """A post that keeps every limit; one that does not cannot be made."""

    text: str
    spans: tuple[Span, ...]
    #: in X's weights, for the account's own limit
    length: int
    limit: int
    #: by the network's own rule
    native: NetworkLength
    summary: Summary
    #: whether every good text of the tip was posted on this account before
    exhausted: bool = False

    def __post_init__(self) -> None:
        if self.length > self.limit or self.native.length > self.native.limit:
            raise ValueError(f"{self.text!r} is over its limit")


@dataclass(frozen=True, kw_only=True, slots=True)
class Misfit:
    """A tip of which nothing fits an account, why, and what to do."""

    account: Account
    tip: Tip
    why: str
    todo: str = "write a shorter `summary` for it"
    #: whether it is the tip's picture, which is as wrong for every account
    is_picture: bool = False

    @property
    def what(self) -> str:
        """What is wrong, as one sentence."""
        if self.is_picture:
            return f"'{self.tip.id}' cannot be posted with its picture: {self.why}"
        return f"'{self.tip.id}' does not fit {self.account.name}: {self.why}"


@dataclass(frozen=True, kw_only=True)
class PostLayout:
    """What every post of a tip on an account has to keep: the limits, and the link."""

    account: Account
    traits: Capabilities
    #: what the post points at; None: nothing
    link: str | None = None
    #: whether the link is the tip's page on the site
    needs_page: bool = False

    @cached_property
    def _room(self) -> int:
        # X reads nothing across a blank, so that the rest can be measured without the link.
        return self.account.limit - (weighted_length(f" {self.link}") if self.link else 0)

    def shown(self, summary: str) -> str:
        """The summary for this network: it mentions nobody, and no bare name is a link."""
        if not self.traits.text.links_bare_names:
            return unmentioned(summary)
        # Again at the end, as a name that mentions nobody may look like a link: `.@ada.example`.
        return unlinked(unmentioned(unlinked(summary)))

    def takes(self, summary: str) -> bool:
        """Whether the summary fits, with its link."""
        text = self.shown(summary)
        return weighted_length(text) <= self._room and self._is_within(*self._lengths(text, ()))

    def text(self, summary: str, tags: tuple[str, ...]) -> str:
        """The whole text of the post."""
        shown = self.shown(summary)
        return self._join(shown, self._fitting_tags(shown, tags))[0]

    def post(self, summary: Summary, tags: tuple[str, ...], *, exhausted: bool = False) -> Fitted:
        """The post, with as many of these hashtags as fit, in this order."""
        shown, rule = self.shown(summary.text), self.traits.text
        kept = self._fitting_tags(shown, tags)
        text, spans = self._join(shown, kept)
        length, native = self._lengths(shown, kept)
        return Fitted(
            text=text,
            spans=spans,
            length=length,
            limit=self.account.limit,
            native=NetworkLength(unit=rule.unit, length=native, limit=rule.limit),
            summary=summary,
            exhausted=exhausted,
        )

    def misfit(self, tip: Tip) -> Misfit:
        """What is too long, in numbers."""
        limit, title, rule = self.account.limit, weighted_length(tip.title), self.traits.text
        if title > limit:
            why = f"its title is {title} long and the limit is {limit}"
        else:
            native = rule.limit - (native_length(f" {self.link}", rule) if self.link else 0)
            room = min(self._room, native)
            why = f"beside its link there is room for {room} characters; no candidate is that short"
        return Misfit(account=self.account, tip=tip, why=why)

    def _fitting_tags(self, shown: str, tags: tuple[str, ...]) -> tuple[str, ...]:
        most = self.account.hashtags
        kept = tags[:most]
        if self._is_within(*self._lengths(shown, kept)):
            return kept
        kept = ()
        for tag in tags:
            more = (*kept, tag)
            if len(more) <= most and self._is_within(*self._lengths(shown, more)):
                kept = more
        return kept

    def _lengths(self, summary: str, tags: tuple[str, ...]) -> tuple[int, int]:
        """The length in X's weights, and by the network's rule if the first is within its limit."""
        text, _ = self._join(summary, tags)
        length, rule = weighted_length(text), self.traits.text
        if rule.max_bytes is not None and byte_length(text) > rule.max_bytes:
            return length, rule.limit + 1
        if length > self.account.limit or rule.unit is Unit.WEIGHTED:
            return length, length
        return length, native_length(text, rule)

    def _is_within(self, length: int, native: int) -> bool:
        return length <= self.account.limit and native <= self.traits.text.limit

    def _join(self, summary: str, tags: tuple[str, ...]) -> tuple[str, tuple[Span, ...]]:
        """Summary, hashtags and link with blanks between them; and where the last two stand."""
        text = summary
        spans = []
        parts = [(SpanKind.TAG, tag, tag[1:]) for tag in tags]
        if self.link is not None:
            parts.append((SpanKind.LINK, self.link, self.link))
        for kind, shown, target in parts:
            start = len(text) + 1
            text = f"{text} {shown}"
            spans.append(Span(kind=kind, start=start, end=len(text), target=target))
        return text, tuple(spans)


def layout_of(tip: Tip, account: Account, traits: Capabilities, config: Config) -> PostLayout:
    """How the tip is posted on this account: with its own link, its page, or no link."""
    if account.link is LinkRule.NEVER:
        return PostLayout(account=account, traits=traits)
    if tip.link or traits.is_home or config.site is None:
        return PostLayout(account=account, traits=traits, link=tip.link)
    return PostLayout(account=account, traits=traits, link=config.page(tip.id), needs_page=True)


def compose(
    tip: Tip,
    layout: PostLayout,
    *,
    summary_cache: SummaryCache = _NO_CACHE,
    posted: Sequence[str] = (),
) -> Fitted | Misfit:
    """The best post of a tip on an account: the best summary that fits, then hashtags.

    `posted` are the texts that the account has posted of this tip, oldest first: a new one differs
    from them as long as there is a good one, by the order of its hashtags, by other ones or none,
    and after that by its summary. A choice in the `summary_cache` is not worked out again.
    """
    orders = _orders(tuple(hashtags(tip.tags)) if layout.account.hashtags else ())
    choice = _choose(tip, layout, orders, summary_cache, posted)
    if choice.chosen is None:
        return layout.misfit(tip)
    return layout.post(choice.chosen, orders[choice.way], exhausted=choice.exhausted)


def _choose(
    tip: Tip,
    layout: PostLayout,
    orders: Sequence[tuple[str, ...]],
    cache: SummaryCache,
    posted: Sequence[str],
) -> Choice:
    words = (tip.title, tip.text, tip.summary, tip.language, tip.tags)
    account = layout.account
    key = key_of(*words, account.limit, account.hashtags, layout.traits.text, layout.link, *posted)
    choice = cache.get(key)
    if choice is None:
        ways = [partial(layout.text, tags=order) for order in orders]
        choice = best(tip, layout.takes, said=posted, ways=ways)
        cache.put(key, choice)
    return choice


def find_misfit(tip: Tip, layout: PostLayout) -> Misfit | None:
    """Why nothing of the tip fits, or None; quicker than composing it."""
    return None if can_say(tip, layout.takes) else layout.misfit(tip)


def alternatives(tip: Tip, layout: PostLayout, chosen: Summary) -> tuple[Summary, ...]:
    """The next best summaries, as this account would post them."""
    found = runners_up(tip, layout.takes, than=chosen)
    return tuple(replace(one, text=layout.shown(one.text)) for one in found)


def _orders(tags: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The hashtags as they may stand: each comes first, then beside another one; at last none."""
    turned = [tags[turn:] + tags[:turn] for turn in range(len(tags))]
    orders = (
        (first, *rest[turn:], *rest[:turn])
        for turn in range(max(1, len(tags) - 1))
        for first, *rest in turned
    )
    return [*islice(orders, MOST_ORDERS), ()]
