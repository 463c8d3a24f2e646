"""Fitting a tip into a post: summary, tags and link, within the promise and the network's rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from bot.core.config import Account, Config, LinkRule
from bot.core.delivery import Span, SpanKind
from bot.core.links import links
from bot.core.measure import byte_length, grapheme_length, weighted_length
from bot.core.mention import unmentioned
from bot.core.summary import Summary, best
from bot.core.tip import Tip
from bot.core.traits import TextLimit, Traits, Unit

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
    `how` says which candidate won.
    """

    text: str
    spans: tuple[Span, ...]
    length: int
    limit: int
    native: Native
    how: str

    def __post_init__(self) -> None:
        if self.length > self.limit or self.native.length > self.native.limit:
            raise ValueError(f"{self.text!r} is over its limit")


@dataclass(frozen=True, kw_only=True, slots=True)
class Unfit:
    """Nothing that can be said of the tip fits, and why."""

    why: str


def link_for(tip: Tip, account: Account, traits: Traits, config: Config) -> str | None:
    """What the tip's post on this account points at: its own link, or its page, or nothing."""
    if account.link is LinkRule.NEVER:
        return None
    if tip.link or traits.is_home or config.site is None:
        return tip.link
    return config.page(tip.id)


def fit(tip: Tip, account: Account, traits: Traits, link: str | None) -> Fitted | Unfit:
    """The best post for a tip on an account: the best summary that fits, then tags."""
    # X reads nothing across a blank, so that what is too long can be told without its link.
    room = account.limit - (0 if link is None else weighted_length(f" {link}"))

    def fits(text: str) -> bool:
        short = weighted_length(unmentioned(text)) <= room
        return short and _fitted(text, "", (), link, account, traits.text) is not None

    summary = best(tip, fits).chosen
    if summary is None:
        return Unfit(why=_why(tip, account, traits.text, link))
    fitted = _fitted(summary.text, summary.how, (), link, account, traits.text)
    if fitted is None:
        raise AssertionError("what was chosen fits: it was tried")
    return _with_tags(fitted, summary, tip, link, account, traits.text)


def _with_tags(
    fitted: Fitted,
    summary: Summary,
    tip: Tip,
    link: str | None,
    account: Account,
    rule: TextLimit,
) -> Fitted:
    """The same text with as many hashtags as have room, in the order of the tip's tags."""
    tags: tuple[str, ...] = ()
    for tag in hashtags(tip.tags):
        if len(tags) == account.hashtags:
            break
        more = _fitted(summary.text, summary.how, (*tags, tag), link, account, rule)
        if more is not None:
            fitted, tags = more, (*tags, tag)
    return fitted


def hashtags(tags: tuple[str, ...]) -> Iterator[str]:
    """Tags as hashtags that screen readers can read: `digital-health` -> `#DigitalHealth`."""
    for tag in tags:
        words = _WORD.findall(tag)
        name = "".join(word[0].upper() + word[1:] for word in words)
        if name and not name.isdigit():
            yield f"#{name}"


def _fitted(
    summary: str,
    how: str,
    tags: tuple[str, ...],
    link: str | None,
    account: Account,
    rule: TextLimit,
) -> Fitted | None:
    """The summary with tags and link as a post, or None where it is too long."""
    text, spans = _compose(unmentioned(summary), tags, link)
    length = weighted_length(text)
    if length > account.limit:
        return None
    counted = length if rule.unit is Unit.WEIGHTED else native_length(text, rule)
    native = Native(unit=rule.unit, length=counted, limit=rule.limit)
    too_many_bytes = rule.max_bytes is not None and byte_length(text) > rule.max_bytes
    if native.length > native.limit or too_many_bytes:
        return None
    return Fitted(
        text=text,
        spans=spans,
        length=length,
        limit=account.limit,
        native=native,
        how=how,
    )


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
    length = grapheme_length(text)
    if rule.link_cost is None or "://" not in text:
        return length
    addresses = [link.text for link in links(text) if "://" in link.text]
    return length + sum(rule.link_cost - grapheme_length(address) for address in addresses)


def _why(tip: Tip, account: Account, rule: TextLimit, link: str | None) -> str:
    """What is too long, in numbers."""
    if weighted_length(tip.title) > account.limit:
        return f"its title is {weighted_length(tip.title)} long and the limit is {account.limit}"
    room = account.limit - (weighted_length(f" {link}") if link else 0)
    native = rule.limit - (native_length(f" {link}", rule) if link else 0)
    return (
        f"beside its link there is room for {min(room, native)} characters, and nothing is so short"
    )
