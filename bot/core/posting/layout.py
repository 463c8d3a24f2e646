"""What stands around a summary in a post, and whether all of it keeps the limits."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.model.capabilities import TextLimit, Unit
from bot.core.model.config import Account
from bot.core.model.delivery import Span, SpanKind
from bot.core.summary import Summary
from bot.core.text.counting.bare_domains import unlinked
from bot.core.text.counting.measure import byte_length, weighted_length
from bot.core.text.counting.network_length import NetworkLength, native_length
from bot.core.text.mentions import unmentioned


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitted:
    """A text that keeps every limit; one that does not cannot exist.

    `length` and `limit` are the promise, in X's weights; `native` is the network's own rule.
    `summary` says how its words were made and how far they can be trusted, `exhausted` that every
    good text of the tip was used on this account before.
    """

    text: str
    spans: tuple[Span, ...]
    length: int
    limit: int
    native: NetworkLength
    summary: Summary
    exhausted: bool = False

    def __post_init__(self) -> None:
        if self.length > self.limit or self.native.length > self.native.limit:
            raise ValueError(f"{self.text!r} is over its limit")

    @property
    def how(self) -> str:
        """How its words were made, for the operator."""
        return self.summary.how


class PostLayout:
    """What stands around a summary on one account: its tags, its link, and the limits."""

    def __init__(self, *, account: Account, rule: TextLimit, link: str | None) -> None:
        self._limit = account.limit
        self._most_tags = account.hashtags
        self._rule = rule
        self._link = link
        # X reads nothing across a blank, so that what is too long can be told without its link.
        self._room = account.limit - (0 if link is None else weighted_length(f" {link}"))

    def shown(self, summary: str) -> str:
        """The summary as this network gets it: nobody is called, and no bare name is a link."""
        if not self._rule.links_bare_names:
            return unmentioned(summary)
        # Last of all, as a name that calls nobody may look like a link: `.@ada.example`.
        return unlinked(unmentioned(unlinked(summary)))

    def takes(self, summary: str) -> bool:
        """Whether the summary fits, with its link."""
        text = self.shown(summary)
        return weighted_length(text) <= self._room and self._is_within(*self._lengths(text, ()))

    def text(self, summary: str, tags: tuple[str, ...]) -> str:
        """The whole text of the post."""
        shown = self.shown(summary)
        return _compose(shown, self._kept(shown, tags), self._link)[0]

    def made(self, summary: Summary, tags: tuple[str, ...], *, exhausted: bool) -> Fitted:
        """The post, with as many hashtags as have room, in this order."""
        shown = self.shown(summary.text)
        kept = self._kept(shown, tags)
        text, spans = _compose(shown, kept, self._link)
        length, native = self._lengths(shown, kept)
        return Fitted(
            text=text,
            spans=spans,
            length=length,
            limit=self._limit,
            native=NetworkLength(unit=self._rule.unit, length=native, limit=self._rule.limit),
            summary=summary,
            exhausted=exhausted,
        )

    def _kept(self, shown: str, tags: tuple[str, ...]) -> tuple[str, ...]:
        kept = tags[: self._most_tags]
        if self._is_within(*self._lengths(shown, kept)):
            return kept
        kept = ()
        for tag in tags:
            more = (*kept, tag)
            if len(more) <= self._most_tags and self._is_within(*self._lengths(shown, more)):
                kept = more
        return kept

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
