"""Foreign words made fit to be shown: markup by an allow-list, text by escaping."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import nh3
from markupsafe import Markup, escape

from bot.core.safe import harmless

_MARKUP_MAX = 50_000
"""Longer markup than any network's longest post is not parsed; its plain text is shown."""

_CLEANER = nh3.Cleaner(
    tags={"p", "br", "a", "span"},
    attributes={"a": {"href"}},
    url_schemes={"http", "https"},
    url_relative="deny",
    link_rel="nofollow ugc noopener",
)

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


def cleaned(html: str) -> Markup:
    """A network's markup with nothing left in it but paragraphs, breaks and web links."""
    return Markup(harmless(_CLEANER.clean(html)))  # noqa: S704 - it was cleaned just now


def paragraphs(text: str) -> Markup:
    """Plain text as markup: a blank line parts paragraphs, and a newline is kept as a break."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", harmless(text)) if part.strip()]
    return Markup("\n").join(_paragraph(part) for part in parts)


def _paragraph(text: str) -> Markup:
    lines = Markup("<br>\n").join(escape(line.strip()) for line in text.split("\n"))
    return Markup('<p dir="auto">{}</p>').format(lines)


def said(html: str, text: str) -> Markup:
    """What was said as markup: the network's own where it leaves something to read."""
    if html and len(html) <= _MARKUP_MAX:
        markup = cleaned(html)
        if markup.striptags().strip():
            return markup
    return paragraphs(text)


def web_address(address: str | None) -> str | None:
    """The address if it is one of the web that a link may lead to, else None."""
    if address is None:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in {"http", "https"} and parts.netloc else None


def language_tag(language: str | None) -> str | None:
    """The language if it looks like one (BCP 47), else None."""
    return language if language and _LANGUAGE.fullmatch(language) else None
