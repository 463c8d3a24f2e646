"""Facets: what of a text is a link, a hashtag or a mention, by ranges of UTF-8 bytes.

https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/richtext/facet.json
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import regex

from bot.core.model.delivery import Span, SpanKind
from bot.core.text.counting.measure import byte_length, grapheme_length
from bot.core.text.web_addresses import addresses, web_parts
from bot.platforms.bluesky.urls import HANDLE

_TAG = regex.compile(r"(?<!\S)[#\uFF03]((?=\S*\p{L})[\p{L}\p{M}\p{N}_]+)")
_MENTION = regex.compile(rf"(?<![\p{{L}}\p{{N}}_@/])@({HANDLE.pattern})(?![A-Za-z0-9@-])")

_Found = tuple[int, int, dict[str, Any]]
"""Where a facet begins and ends in code points, and its feature."""


def handles(text: str) -> list[str]:
    """The handles that a text mentions, in lower case, each once."""
    return list(dict.fromkeys(found[1].lower() for found in _MENTION.finditer(text)))


def facets(text: str, spans: Iterable[Span], people: Mapping[str, str]) -> list[dict[str, Any]]:
    """The facets of a text, in order: its spans, and what else in it is a link or a hashtag.

    `people` are the DIDs of those whom it mentions, by handle; nobody else is mentioned.
    """
    found = [_of_span(span) for span in spans if _is_taken(span)]
    for more in (*_links(text), *_mentions(text, people), *_tags(text)):
        if all(more[1] <= start or end <= more[0] for start, end, _ in found):
            found.append(more)
    return [_facet(text, *one) for one in sorted(found, key=lambda one: one[:2])]


def _facet(text: str, start: int, end: int, feature: dict[str, Any]) -> dict[str, Any]:
    begin = byte_length(text[:start])
    index = {"byteStart": begin, "byteEnd": begin + byte_length(text[start:end])}
    return {"index": index, "features": [feature]}


def _of_span(span: Span) -> _Found:
    make = {SpanKind.LINK: _link, SpanKind.TAG: _tag}[span.kind]
    return span.start, span.end, make(span.target)


def _links(text: str) -> Iterator[_Found]:
    for place in addresses(text):
        address = text[place.start : place.stop]
        if web_parts(address):
            yield place.start, place.stop, _link(address)


def _mentions(text: str, people: Mapping[str, str]) -> Iterator[_Found]:
    for found in _MENTION.finditer(text):
        did = people.get(found[1].lower())
        if did is not None:
            yield (*found.span(), {"$type": "app.bsky.richtext.facet#mention", "did": did})


def _tags(text: str) -> Iterator[_Found]:
    for found in _TAG.finditer(text):
        if _is_short(found[1]):
            yield (*found.span(), _tag(found[1]))


def _is_taken(span: Span) -> bool:
    return span.kind is not SpanKind.TAG or _is_short(span.target)


def _is_short(tag: str) -> bool:
    """Whether a hashtag is short enough to be marked; others are words."""
    return grapheme_length(tag) <= 64 and byte_length(tag) <= 640


def _link(address: str) -> dict[str, Any]:
    return {"$type": "app.bsky.richtext.facet#link", "uri": address}


def _tag(tag: str) -> dict[str, Any]:
    return {"$type": "app.bsky.richtext.facet#tag", "tag": tag}
