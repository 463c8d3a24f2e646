"""Fitting a tip into a post: summary, tags and link, within the promise and the network's rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from bot.core.bare_names import unlinked
from bot.core.config import Account, Config, LinkRule
from bot.core.delivery import Span, SpanKind
from bot.core.links import links
from bot.core.measure import byte_length, grapheme_length, weighted_length
from bot.core.mention import unmentioned
from bot.core.summary import Choice, Parser, best
from bot.core.tip import Tip
from bot.core.traits import TextLimit, Traits, Unit

_REMOTE_MENTION = regex.compile(r"(?<![=/[:word:]])(@\w+(?:[.\-]+\w+)*)@[\w.\-]*\w")
"""`@somebody@elsewhere.example`, as Mastodon sees it."""
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}_]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Native:
    """A network's own count of a text, beside its limit."""

    unit: Unit
    length: int
    limit: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitted:
    """A text that keeps every limit; one that does not cannot exist.

    `length` and `limit` are the promise, in X's weights; `native` is the network's own rule.
    `how` says which candidate won, `choice` what else there was and how sure it is.
    """

    text: str
    spans: tuple[Span, ...]
    length: int
    limit: int
    native: Native
    how: str
    choice: Choice | None = None

    def __post_init__(self) -> None:
        if self.length > self.limit or self.native.length > self.native.limit:
            raise ValueError(f"{self.text!r} is over its limit")


@dataclass(frozen=True, kw_only=True, slots=True)
class TooLong:
    """Nothing that can be said of the tip fits, and why."""

    why: str


def link_for(tip: Tip, account: Account, traits: Traits, config: Config) -> str | None:
    """What the tip's post on this account points at: its own link, or its page, or nothing."""
    if account.link is LinkRule.NEVER:
        return None
    if tip.link or traits.is_home or config.site is None:
        return tip.link
    return config.page(tip.id)


def fit(
    tip: Tip,
    account: Account,
    traits: Traits,
    link: str | None,
    *,
    parser: Parser | None = None,
    said: Sequence[str] = (),
) -> Fitted | TooLong:
    """The best post for a tip on an account: the best summary that fits, then tags.

    `said` are the summaries that the account has posted of this tip, oldest first: another good
    one is taken while there is one, and then the oldest.
    """
    frame = _Frame(account=account, rule=traits.text, link=link)
    choice = best(tip, frame.takes, parser=parser, said=said, shown=frame.shown)
    if choice.chosen is None:
        return TooLong(why=_why(tip, account, traits.text, link))
    return frame.tagged(choice, tuple(hashtags(tip.tags)), account.hashtags)


def hashtags(tags: tuple[str, ...]) -> Iterator[str]:
    """Tags as hashtags that screen readers can read: `digital-health` -> `#DigitalHealth`."""
    for tag in tags:
        words = _WORD.findall(tag)
        name = "".join(word[0].upper() + word[1:] for word in words)
        if name and not name.isdigit():
            yield f"#{name}"


class _Frame:
    """What stands around a summary on one account: its link, and the limits."""

    def __init__(self, *, account: Account, rule: TextLimit, link: str | None) -> None:
        self._limit = account.limit
        self._rule = rule
        self._link = link
        # X reads nothing across a blank, so that what is too long can be told without its link.
        self._room = account.limit - (0 if link is None else weighted_length(f" {link}"))

    def shown(self, summary: str) -> str:
        """The summary as this network gets it: nobody is called, and no bare name is a link."""
        text = unmentioned(summary)
        return unlinked(text) if self._rule.links_bare_names else text

    def takes(self, summary: str) -> bool:
        """Whether the summary fits, with its link."""
        text = self.shown(summary)
        return weighted_length(text) <= self._room and self._is_within(*self._lengths(text, ()))

    def tagged(self, choice: Choice, tags: tuple[str, ...], most: int) -> Fitted:
        """The chosen summary with as many hashtags as have room, in the order of the tags."""
        summary = self.shown(choice.chosen.text if choice.chosen else "")
        kept = tags[:most]
        if not self._is_within(*self._lengths(summary, kept)):
            kept = ()
            for tag in tags:
                more = (*kept, tag)
                if len(more) <= most and self._is_within(*self._lengths(summary, more)):
                    kept = more
        return self._made(summary, kept, choice)

    def _made(self, summary: str, tags: tuple[str, ...], choice: Choice) -> Fitted:
        text, spans = _compose(summary, tags, self._link)
        length, native = self._lengths(summary, tags)
        return Fitted(
            text=text,
            spans=spans,
            length=length,
            limit=self._limit,
            native=Native(unit=self._rule.unit, length=native, limit=self._rule.limit),
            how=choice.chosen.how if choice.chosen else "",
            choice=choice,
        )

    def _lengths(self, summary: str, tags: tuple[str, ...]) -> tuple[int, int]:
        """The length by the promise, and by the network; the second only where the first keeps."""
        text, _ = _compose(summary, tags, self._link)
        length, most = weighted_length(text), self._rule.max_bytes
        if most is not None and byte_length(text) > most:
            return length, self._rule.limit + 1
        if length > self._limit or self._rule.unit is Unit.WEIGHTED:
            return length, length
        return length, native_length(text, self._rule)

    def _is_within(self, length: int, native: int) -> bool:
        return length <= self._limit and native <= self._rule.limit


def _compose(summary: str, tags: tuple[str, ...], link: str | None) -> tuple[str, tuple[Span, ...]]:
    """Summary, tags and link, a blank between each, and where tags and link stand."""
    text = summary
    spans = []
    parts = [(SpanKind.TAG, tag, tag[1:]) for tag in tags]
    if link is not None:
        parts.append((SpanKind.LINK, link, link))
    for kind, shown, target in parts:
        start = len(text) + 1
        text = f"{text} {shown}"
        spans.append(Span(kind=kind, start=start, end=len(text), target=target))
    return text, tuple(spans)


def native_length(text: str, rule: TextLimit) -> int:
    """How long the network will say that the text is."""
    if rule.unit is Unit.WEIGHTED:
        return weighted_length(text)
    length = grapheme_length(_shortened(text) if rule.shortens_mentions else text)
    if rule.link_cost is None or "://" not in text:
        return length
    addresses = [link.text for link in links(text) if "://" in link.text]
    return length + sum(rule.link_cost - grapheme_length(address) for address in addresses)


def _shortened(text: str) -> str:
    """The text with each mention of somebody elsewhere without its domain."""
    return str(_REMOTE_MENTION.sub(r"\1", text)) if "@" in text else text


def _why(tip: Tip, account: Account, rule: TextLimit, link: str | None) -> str:
    """What is too long, in numbers."""
    if weighted_length(tip.title) > account.limit:
        return f"its title is {weighted_length(tip.title)} long and the limit is {account.limit}"
    room = account.limit - (weighted_length(f" {link}") if link else 0)
    native = rule.limit - (native_length(f" {link}", rule) if link else 0)
    return (
        f"beside its link there is room for {min(room, native)} characters, and nothing is so short"
    )
