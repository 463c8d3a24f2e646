"""The words of a post: its text with whole links, and a line for each attachment."""

from collections.abc import Iterator
from typing import NamedTuple

from bot.core.text.markup.inline_markup import attachment, with_address
from bot.outbound import json_values
from bot.outbound.json_values import Record

LONGEST = 3000
"""Bytes; more than any post has."""

_LINK = "app.bsky.richtext.facet#link"
_MOST = 20
"""Attachments of a kind that are told: more than a post has."""


class _Link(NamedTuple):
    start: int
    end: int
    uri: str


def words(record: Record) -> str:
    """The text of a post as plain text: with full links, and its attachments."""
    text = _with_links(json_values.word(record.get("text")), record)
    attached = _attachments(json_values.record(record.get("embed")), text)
    return "\n\n".join(filter(None, [text, "\n".join(attached)]))


def quoted(record: Record) -> str | None:
    """The remote id of the post that a post quotes."""
    found = json_values.record(json_values.record(record.get("embed")).get("record"))
    inner = json_values.record(found.get("record"))
    return json_values.word(inner.get("uri")) or json_values.word(found.get("uri")) or None


def _with_links(text: str, record: Record) -> str:
    """The text with the address behind each link whose words do not tell it."""
    data = text.encode()[:LONGEST]
    for link in sorted(_links(record), reverse=True):
        shown = data[link.start : link.end]
        if link.start < link.end <= len(data) and _is_text(shown):
            told = with_address(shown.decode(), link.uri)
            data = data[: link.start] + told.encode() + data[link.end :]
    return data.decode(errors="ignore")


def _links(record: Record) -> Iterator[_Link]:
    for facet in json_values.records(record.get("facets")):
        index = json_values.record(facet.get("index"))
        start, end = (json_values.number(index.get(name)) for name in ("byteStart", "byteEnd"))
        if start is None or end is None:
            continue
        for feature in json_values.records(facet.get("features")):
            uri = json_values.address(feature.get("uri"))
            if feature.get("$type") == _LINK and uri:
                yield _Link(start, end, uri)


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _attachments(embed: Record, text: str) -> Iterator[str]:
    kind = json_values.word(embed.get("$type")).rpartition(".")[2]
    if kind == "recordWithMedia":
        yield from _attachments(json_values.record(embed.get("media")), text)
    elif kind == "images":
        for one in json_values.records(embed.get("images"))[:_MOST]:
            yield attachment("Picture", json_values.word(one.get("alt")))
    elif kind == "video":
        yield attachment("Video", json_values.word(embed.get("alt")))
    elif kind == "external":
        uri = json_values.address(json_values.record(embed.get("external")).get("uri"))
        if uri and uri not in text:
            yield uri
