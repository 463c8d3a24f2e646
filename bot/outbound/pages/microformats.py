"""What the h-entry of a page says: who, what and when, by the microformats in its markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

import mf2py
from bs4 import BeautifulSoup

from bot.core.discussion.webmention import (
    AUTHOR_MAX,
    Response,
    excerpt,
    passage,
    same_page,
    tidy_address,
)
from bot.core.text.html_to_text import readable
from bot.outbound.http_dates import iso_date

_Item = Mapping[str, Any]
"""A microformat as mf2py gives it: `type`, `properties`, `children`, and a `value` if nested."""

_DEEDS = {
    "like-of": "Likes this tip.",
    "repost-of": "Shared this tip.",
    "bookmark-of": "Bookmarked this tip.",
}
"""What is said of those who did something without words."""

_IN_MARKUP = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)


def said_in(document: BeautifulSoup, *, url: str, target: str, otherwise: Response) -> Response:
    """What the document's entry says of `target`; whatever it leaves open is as in `otherwise`."""
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
    """Name and address of who wrote the entry, "" where it does not say; the page's card helps."""
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
    """The first value of a property, its markup as text that says the same.

    Our own page's address is not told: what links to it stands below it.
    """
    value = next(iter(item["properties"].get(name, ())), "")
    markup = value.get("html") if isinstance(value, Mapping) else None
    if not isinstance(markup, str):
        return _first(item, name)
    return readable(markup, lambda address: same_page(address, target))
