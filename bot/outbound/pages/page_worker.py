"""The program that reads one page: `python -m bot.outbound.pages.page_worker`.

`bot.outbound.pages.page_reader` starts it.

It is told on its standard input where the page was and what it is, as a line of JSON, with the
page behind it; it answers on its standard output, as JSON, too.
"""

from __future__ import annotations

import json
import re
import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from pydantic import TypeAdapter

from bot.core.discussion.webmention import AUTHOR_MAX, Response, excerpt, same_page
from bot.outbound.pages.microformats import said_in

SECONDS = 10
"""Of the processor's time."""

MEMORY = 512 * 1024 * 1024
"""Bytes of address space."""

_HTML = ("text/html", "application/xhtml+xml")
_ADDRESSES = ("href", "src", "cite", "data", "poster")
_INVISIBLE = frozenset({"link", "base", "meta", "script"})
_IN_TEXT = re.compile(r"https?://[^\s<>\"'`]+", re.IGNORECASE)


def main() -> None:
    """Read what is asked for, and answer."""
    _bound(resource.RLIMIT_CPU, SECONDS)
    _bound(resource.RLIMIT_AS, MEMORY)
    head, _, body = sys.stdin.buffer.read().partition(b"\n")
    response = read(json.loads(head), body)
    sys.stdout.buffer.write(TypeAdapter(Response | None).dump_json(response))


def read(asked: dict[str, Any], body: bytes) -> Response | None:
    """What the page says of the target, or None if it does not link there."""
    url, kind, charset, target = (asked[name] for name in ("url", "kind", "charset", "target"))
    if kind in _HTML:
        return _in_html(BeautifulSoup(body, "html5lib", from_encoding=charset), url, target)
    text = _decoded(body, charset)
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
    return said_in(document, url=home, target=target, otherwise=_plain(url, title))


def _links(document: BeautifulSoup, home: str) -> Iterator[str]:
    """Where the document's visible elements lead to."""
    for element in document.find_all():
        if element.name not in _INVISIBLE:
            for name in _ADDRESSES:
                value = element.get(name)
                if isinstance(value, str):
                    with suppress(ValueError):
                        yield urljoin(home, value.strip())


def _in_text(text: str) -> Iterator[str]:
    """The addresses in plain text, without the marks that close a sentence."""
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


def _decoded(body: bytes, charset: str | None) -> str:
    try:
        return body.decode(charset or "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def _plain(url: str, title: str = "") -> Response:
    """What a page says that says nothing of itself: its host, and its title or address."""
    host = urlsplit(url).hostname or url
    return Response(
        author=excerpt(host, AUTHOR_MAX), author_url=None, text=excerpt(title) or excerpt(url)
    )


if __name__ == "__main__":
    main()
