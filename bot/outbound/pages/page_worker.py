"""The program that reads one page: `python -m bot.outbound.pages.page_worker`.

`bot.outbound.pages.page_reader` starts it. Its standard input is a line of JSON with the address
and the type of the page, and then the page itself; its standard output is JSON, too. Author, words
and time of the page come from the microformats in its markup.
"""

import json
import re
import resource
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin, urlsplit

import mf2py
from bs4 import BeautifulSoup, Tag
from pydantic import TypeAdapter

from bot.core.discussion.webmention import (
    AUTHOR_MAX,
    Response,
    excerpt,
    passage,
    same_page,
    tidy_address,
)
from bot.core.text.markup.html_to_text import readable
from bot.outbound.rate_limits import iso_date

SECONDS = 10
"""Of the processor's time."""

MEMORY = 512 * 1024 * 1024
"""Bytes of address space."""

_HTML = ("text/html", "application/xhtml+xml")
_ADDRESSES = ("href", "src", "cite", "data", "poster")
_INVISIBLE = frozenset({"link", "base", "meta", "script"})
_IN_TEXT = re.compile(r"https?://[^\s<>\"'`]+", re.IGNORECASE)

_Item = Mapping[str, Any]
"""A microformat of mf2py: `type`, `properties`, `children`, and a `value` if nested."""

_DEEDS = {
    "like-of": "Likes this tip.",
    "repost-of": "Shared this tip.",
    "bookmark-of": "Bookmarked this tip.",
}
"""The words for a reaction without words of its own."""

_IN_MARKUP = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)


def main() -> None:
    """Read the page on the standard input, and write the response."""
    _bound(resource.RLIMIT_CPU, SECONDS)
    _bound(resource.RLIMIT_AS, MEMORY)
    head, _, body = sys.stdin.buffer.read().partition(b"\n")
    response = read(json.loads(head), body)
    sys.stdout.buffer.write(TypeAdapter(Response | None).dump_json(response))


def read(asked: dict[str, Any], body: bytes) -> Response | None:
    """The page's response to the target, or None if it does not link there."""
    url, kind, charset, target = (asked[name] for name in ("url", "kind", "charset", "target"))
    if kind in _HTML:
        return _in_html(BeautifulSoup(body, "html5lib", from_encoding=charset), url, target)
    try:
        text = body.decode(charset or "utf-8", "replace")
    except LookupError:
        text = body.decode("utf-8", "replace")
    found = _in_text(text) if kind == "text/plain" else _in_json(json.loads(text))
    return _plain(url) if any(same_page(one, target) for one in found) else None


def _bound(what: int, most: int) -> None:
    with suppress(ValueError, OSError):  # the system bounds it more closely, or cannot
        resource.setrlimit(what, (most, most))


def _in_html(document: BeautifulSoup, url: str, target: str) -> Response | None:
    base = document.find("base", href=True)
    home = urljoin(url, str(base["href"])) if isinstance(base, Tag) else url
    if not any(same_page(link, target) for link in _links(document, home)):
        return None
    title = document.title.get_text() if document.title else ""
    return _said_in(document, url=home, target=target, otherwise=_plain(url, title))


def _links(document: BeautifulSoup, home: str) -> Iterator[str]:
    """The links of the document's visible elements."""
    for element in document.find_all():
        if element.name not in _INVISIBLE:
            for name in _ADDRESSES:
                value = element.get(name)
                if isinstance(value, str):
                    with suppress(ValueError):
                        yield urljoin(home, value.strip())


def _in_text(text: str) -> Iterator[str]:
    """The addresses in plain text, without the punctuation at the end of a sentence."""
    for found in _IN_TEXT.finditer(text):
        yield found[0].rstrip(".,;:!?)]}")


def _in_json(value: object) -> Iterator[str]:
    """Every text in a JSON document that could be an address."""
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            pending.extend(one.values())
        elif isinstance(one, list):
            pending.extend(one)


def _plain(url: str, title: str = "") -> Response:
    """The response of a page without microformats: its host, and its title or address."""
    host = urlsplit(url).hostname or url
    return Response(
        author=excerpt(host, AUTHOR_MAX), author_url=None, text=excerpt(title) or excerpt(url)
    )


def _said_in(document: BeautifulSoup, *, url: str, target: str, otherwise: Response) -> Response:
    """The document's entry about `target`, completed by the fields of `otherwise`."""
    items: Sequence[_Item] = mf2py.parse(doc=document, url=url)["items"]
    every = list(_all(items))
    entry = _entry([item for item in every if "h-entry" in item["type"]], target)
    if entry is None:
        return otherwise
    cards = [item for item in every if "h-card" in item["type"]]
    name, address = _author(entry, cards, url)
    return replace(
        otherwise,
        author=excerpt(name, AUTHOR_MAX) or otherwise.author,
        author_url=tidy_address(address),
        text=_text(entry, target) or otherwise.text,
        at=iso_date(_first(entry, "published").strip()),
    )


def _all(items: Sequence[_Item]) -> Iterator[_Item]:
    """The items and those inside of them (a feed's entries), in the document's order."""
    for item in items:
        yield item
        yield from _all(item.get("children", ()))


def _entry(entries: Sequence[_Item], target: str) -> _Item | None:
    """The entry that names the target, or else the only one."""
    naming = [entry for entry in entries if any(same_page(one, target) for one in _named(entry))]
    if naming:
        return naming[0]
    return entries[0] if len(entries) == 1 else None


def _named(value: object) -> Iterator[str]:
    """Every address that an entry names in its properties or in its markup."""
    if isinstance(value, str):
        yield value
        yield from _IN_MARKUP.findall(value)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name not in {"type", "children"}:
                yield from _named(one)
    elif isinstance(value, list):
        for one in value:
            yield from _named(one)


def _text(entry: _Item, target: str) -> str:
    for name, words in _DEEDS.items():
        if any(same_page(one, target) for one in _named(entry["properties"].get(name, []))):
            return words
    said = (passage(_words(entry, name, target)) for name in ("summary", "content", "name"))
    return next((text for text in said if text), "")


def _author(entry: _Item, cards: Sequence[_Item], url: str) -> tuple[str, str]:
    """Name and address of the entry's author, or of the page's card; "" where unknown."""
    given = next(iter(entry["properties"].get("author", ())), None)
    if given is None and cards:
        given = cards[0]
    if isinstance(given, str):
        card = next((one for one in cards if given in one["properties"].get("url", ())), None)
        if card is None:
            is_address = tidy_address(given) is not None
            return ("", given) if is_address else (given, "")
        given = card
    if given is None or "properties" not in given:
        return "", ""
    address = _first(given, "url")
    return _first(given, "name"), urljoin(url, address) if address else ""


def _first(item: _Item, name: str) -> str:
    """The first value of a property, as text."""
    value = next(iter(item["properties"].get(name, ())), "")
    if isinstance(value, Mapping):
        value = value.get("value", "")
    return value if isinstance(value, str) else ""


def _words(item: _Item, name: str, target: str) -> str:
    """The first value of a property, with its markup as text.

    The address of our own page is left out: the response stands below that page.
    """
    value = next(iter(item["properties"].get(name, ())), "")
    markup = value.get("html") if isinstance(value, Mapping) else None
    if not isinstance(markup, str):
        return _first(item, name)
    return readable(markup, lambda address: same_page(address, target))


if __name__ == "__main__":
    main()
