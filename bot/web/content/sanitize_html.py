"""Foreign markup sanitized for a page: an allow-list of what carries meaning, and nothing else."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape

import nh3
from markupsafe import Markup, escape

from bot.core.text.inline_markup import picture
from bot.core.text.sanitize import harmless

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
_DEEPEST = 16
"""Lists, their items and quotations within one another; deeper ones are shown as plain text."""
_NESTED = re.compile(r"<(/?)(blockquote|dd|div|dl|dt|li|ol|rp|rt|ruby|table|ul)\b")
_WITHIN = {"dd": {"dl"}, "dt": {"dl"}, "li": {"ol", "ul"}, "rp": {"ruby"}, "rt": {"ruby"}}


def cleaned(html: str) -> Markup:
    """A network's markup with nothing left in it but words, what carries meaning, and web links.

    A heading becomes a line of its own: the page's own headings say how the page is built. In a
    picture's place stands its description.
    """
    clean = _HEADING.sub('<div class="heading">', harmless(_CLEANER.clean(html)))
    clean = _PICTURE.sub(_told, _OTHER.sub("<div>", clean))
    return Markup(_END.sub("</div>", clean))  # noqa: S704 - it was cleaned just now


def _told(found: re.Match[str]) -> str:
    return escape(harmless(picture(unescape(found[1]) if found[1] is not None else None)))


def fits(markup: str) -> bool:
    """Whether it stays where it is put: nothing outside of what it belongs in, no block too deep.

    To a browser an item without a list ends the item of ours that it stands in.
    """
    open_tags: Counter[str] = Counter()
    for end, tag in _NESTED.findall(markup):
        open_tags[tag] += -1 if end else 1
        is_lost = tag in _WITHIN and not any(open_tags[one] for one in _WITHIN[tag])
        if is_lost or open_tags.total() > _DEEPEST:
            return False
    return True
