"""Text and markup of others made safe to show: markup by an allow-list, text by escaping."""

import re
from collections import Counter
from functools import lru_cache
from html import unescape

import nh3
from markupsafe import Markup, escape

from bot.core.text.language_tags import is_language_tag
from bot.core.text.markup.inline_markup import picture
from bot.core.text.sanitize import harmless
from bot.core.text.web_addresses import web_parts

_MARKUP_MAX = 10_000
"""Longer markup is not parsed for a page; its plain text is shown."""

_TAGS_MAX = 500
"""Markup with more tags is not parsed, either: repairing unclosed tags multiplies them."""

TEXT_MAX = 5_000
"""Characters that a page shows of one entry, as many as a comment may have."""

_ADDRESS_MAX = 2000
"""Characters; browsers and servers hardly accept longer addresses."""

_NESTING_MAX = 16
"""Lists, their items and quotations within one another; deeper ones are shown as plain text."""

_BLOCKS = {
    "blockquote", "caption", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
    "li", "ol", "p", "pre", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip
_INLINES = {
    "a", "b", "br", "code", "del", "em", "i", "img", "ins", "q", "rp", "rt", "ruby", "s", "span",
    "strike", "strong", "sub", "sup", "u",
}  # fmt: skip
_OTHERS = {
    "address", "article", "aside", "center", "details", "figcaption", "figure", "footer", "header",
    "main", "nav", "section", "summary",
}  # fmt: skip
"""Blocks that mean nothing more here than a line of its own."""

_CLEANER = nh3.Cleaner(
    tags=_BLOCKS | _OTHERS | _INLINES,
    attributes={"a": {"href"}, "img": {"alt"}, "li": {"value"}, "ol": {"start", "reversed"}},
    url_schemes={"http", "https"},
    url_relative="deny",
    link_rel="nofollow ugc noopener",
)
_HEADING = re.compile(r"<h[1-6]>")
_OTHER = re.compile(f"<(?:{'|'.join(_OTHERS)})>")
_END = re.compile(f"</(?:{'|'.join(_OTHERS)}|h[1-6])>")
_PICTURE = re.compile(r'<img(?: alt="([^"]*)")?>')
_NESTED = re.compile(r"<(/?)(blockquote|dd|div|dl|dt|li|ol|rp|rt|ruby|table|ul)\b")
_WITHIN = {"dd": {"dl"}, "dt": {"dl"}, "li": {"ol", "ul"}, "rp": {"ruby"}, "rt": {"ruby"}}


def paragraphs(text: str) -> Markup:
    """Plain text as markup: a blank line separates paragraphs, a newline becomes a break."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", harmless(text)) if part.strip()]
    return Markup("\n").join(_paragraph(part) for part in parts)


def _paragraph(text: str) -> Markup:
    lines = "<br>\n".join(str(escape(line.strip())) for line in text.split("\n"))
    return Markup(f'<p dir="auto">{lines}</p>')  # noqa: S704 - each line is escaped


def entry_markup(html: str, text: str) -> Markup:
    """The words of an entry as markup: the network's own if something readable is left of it.

    At most `TEXT_MAX` characters.
    """
    if is_long(text):
        space = text.rfind(" ", TEXT_MAX - 100, TEXT_MAX)
        html, text = "", f"{text[: space if space > 0 else TEXT_MAX].rstrip()} …"
    is_plain = len(html) > _MARKUP_MAX or html.count("<") > _TAGS_MAX
    return _entry_markup("" if is_plain else html, text)


@lru_cache(maxsize=512)
def _entry_markup(html: str, text: str) -> Markup:
    """The same, cached for the next page that shows it."""
    markup = sanitize(html)
    is_fit = len(markup) <= 2 * _MARKUP_MAX and markup.striptags().strip() and _is_contained(markup)
    return markup if is_fit else paragraphs(text)


def is_long(text: str) -> bool:
    """Whether a page shows only the beginning of it."""
    return len(text) > TEXT_MAX


def sanitize(html: str) -> Markup:
    """A network's markup with nothing left in it but text, tags with a meaning, and web links.

    A heading becomes a line of its own: the page's own headings show its structure. A picture is
    replaced by its description.
    """
    clean = _HEADING.sub('<div class="heading">', harmless(_CLEANER.clean(html)))
    clean = _PICTURE.sub(_description, _OTHER.sub("<div>", clean))
    return Markup(_END.sub("</div>", clean))  # noqa: S704 - it was cleaned just now


def _description(found: re.Match[str]) -> str:
    return escape(harmless(picture(unescape(found[1]) if found[1] is not None else None)))


def _is_contained(markup: str) -> bool:
    """Whether no tag stands outside of the one it belongs in, and none is nested too deep.

    To a browser an item without a list ends the item of the page that contains it.
    """
    open_tags: Counter[str] = Counter()
    for end, tag in _NESTED.findall(markup):
        open_tags[tag] += -1 if end else 1
        is_lost = tag in _WITHIN and not any(open_tags[one] for one in _WITHIN[tag])
        if is_lost or open_tags.total() > _NESTING_MAX:
            return False
    return True


def web_address(address: str | None) -> str | None:
    """The address if it is a web address that a link may have, and not too long, else None."""
    return address if address and web_parts(address, _ADDRESS_MAX) else None


def language_tag(language: str | None) -> str | None:
    """The language if it looks like a tag of BCP 47, else None."""
    return language if language and is_language_tag(language) else None
