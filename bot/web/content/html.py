"""Foreign words made fit to be shown: markup by an allow-list, text by escaping."""

from __future__ import annotations

import re
from functools import lru_cache

from markupsafe import Markup, escape

from bot.core.text.language_tags import is_language_tag
from bot.core.text.sanitize import harmless
from bot.core.text.web_addresses import web_parts
from bot.web.content.sanitize_html import cleaned, fits

_MARKUP_MAX = 10_000
"""Longer markup is not parsed for a page; its plain text is shown."""

_TAGS_MAX = 500
"""Markup with more tags is not parsed, either: unclosed ones multiply when it is mended."""

WORDS_MAX = 5_000
"""Characters that a page shows of one reply, as many as a comment may have."""

_ADDRESS_MAX = 2000
"""Characters; browsers and servers take hardly longer ones."""


def paragraphs(text: str) -> Markup:
    """Plain text as markup: a blank line parts paragraphs, and a newline is kept as a break."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", harmless(text)) if part.strip()]
    return Markup("\n").join(_paragraph(part) for part in parts)


def _paragraph(text: str) -> Markup:
    lines = "<br>\n".join(str(escape(line.strip())) for line in text.split("\n"))
    return Markup(f'<p dir="auto">{lines}</p>')  # noqa: S704 - each line is escaped


def said(html: str, text: str) -> Markup:
    """What was said as markup: the network's own where it leaves something to read.

    No more of it than `WORDS_MAX`.
    """
    if is_long(text):
        return _said("", excerpt_of(text))
    is_plain = len(html) > _MARKUP_MAX or html.count("<") > _TAGS_MAX
    return _said("" if is_plain else html, text)


@lru_cache(maxsize=512)
def _said(html: str, text: str) -> Markup:
    """The same, remembered for the next page that shows it."""
    markup = cleaned(html)
    is_fit = len(markup) <= 2 * _MARKUP_MAX and markup.striptags().strip() and fits(markup)
    return markup if is_fit else paragraphs(text)


def is_long(text: str) -> bool:
    """Whether a page shows only the beginning of it."""
    return len(text) > WORDS_MAX


def excerpt_of(text: str) -> str:
    """The beginning of a long text, whole words where they are not too long."""
    space = text.rfind(" ", WORDS_MAX - 100, WORDS_MAX)
    return f"{text[: space if space > 0 else WORDS_MAX].rstrip()} …"


def web_address(address: str | None) -> str | None:
    """The address if it is one of the web that a link may lead to, and not too long, else None."""
    return address if address and web_parts(address, _ADDRESS_MAX) else None


def language_tag(language: str | None) -> str | None:
    """The language if it looks like one (BCP 47), else None."""
    return language if language and is_language_tag(language) else None
