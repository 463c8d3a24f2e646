"""A post's spans as facets over UTF-8 bytes, which is how Bluesky is told of links and tags.

Source: the lexicon app.bsky.richtext.facet. `byteStart` is inclusive, `byteEnd` exclusive; a tag
is given without its `#`. Bluesky finds nothing in a text by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bot.core.delivery import Span, SpanKind
from bot.core.measure import byte_length

_FEATURES = {
    SpanKind.LINK: ("app.bsky.richtext.facet#link", "uri"),
    SpanKind.TAG: ("app.bsky.richtext.facet#tag", "tag"),
}


def facets(text: str, spans: Iterable[Span]) -> Iterator[dict[str, Any]]:
    """The facets of a post's text, in the order of its spans, as the lexicon writes them."""
    for span in spans:
        kind, name = _FEATURES[span.kind]
        start = byte_length(text[: span.start])
        end = start + byte_length(text[span.start : span.end])
        yield {
            "index": {"byteStart": start, "byteEnd": end},
            "features": [{"$type": kind, name: span.target}],
        }
