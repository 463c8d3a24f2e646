"""Inline Markdown and HTML as the words that they show."""

import re

from bot.core.text.markup.inline_html import decoded, shown_code, without_tags
from bot.core.text.markup.inline_markup import with_address
from bot.core.text.web_addresses import addresses

_CODE = re.compile(r"(?<![`\\])(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_IMAGE = re.compile(r"!\[([^\]]{0,2000})\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_LINK = re.compile(
    r"(?<![\w\\])\[([^\]]{1,1000})\](?:\(((?:[^()\s]|\([^()\s]*\))*)(?:\s+\"[^\"]*\")?\)|\[[^\]]*\])"
)
_AUTOLINK = re.compile(r"(?<!\\)<(https?://[^<>\s]+)>")
_STRONG = re.compile(
    r"(?<![A-Za-z0-9*_\\])(\*\*|~~)(?=\S)(.{1,1000}?)(?<=\S)\1(?!\*)|"
    r"(?<![\w*_\\])(__)(?=\S)(.{1,1000}?)(?<=\S)\3(?![\w*_])",
    re.DOTALL,
)
_EMPHASIS = re.compile(
    r"(?<![A-Za-z0-9*_\\])(\*)(?=[^\s*_])([^*_]*?[^\s*_])\*(?![A-Za-z0-9*_])|"
    r"(?<![\w*_\\])(_)(?=[^\s*_])([^*_]*?[^\s*_])_(?![\w*_])"
)
_STRAY = re.compile(r"(?<!\S)\*\*(?=[^\W\d])|(?<=[^\W\d])\*\*(?!\S)|(?<=[.!?:])\*\*(?!\S)")
"""Emphasis of which one half is elsewhere."""
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]<>()#+\-.!|~&])")
_SPECIAL = re.compile(r"[\\`*_\[\]<~&]")

_UNSEEN = "\u200b\u200e\u200f\u061c\u2060\ufeff"
"""Marks without width, such as those of direction: alone between blanks they double the blank."""

_HOLD = "\ue000{}\ue001"
_HELD = re.compile("\ue000(\\d+)\ue001")


def on_one_line(text: str) -> str:
    """The text with every run of white space as one blank, and no unseen mark alone in it."""
    return " ".join(word for word in text.split() if word.strip(_UNSEEN))


def unmarked(text: str, *, with_addresses: bool = False) -> str:
    """Inline Markdown and HTML as the words that they show; code keeps every sign.

    `with_addresses` writes where a link leads behind its words.
    """
    if not any(mark in text for mark in "`*_[<~\\&"):
        return text
    held: list[str] = []

    def restore(words: str) -> str:
        return _HELD.sub(lambda place: held[int(place[1])], words)

    def hold(words: str) -> str:
        held.append(restore(words))
        return _HOLD.format(len(held) - 1)

    text = _CODE.sub(lambda span: hold(span[2].strip()), text)
    text = _IMAGE.sub(r"\1", shown_code(text, hold))
    text = _AUTOLINK.sub(r"\1", _LINK.sub(_with_address if with_addresses else r"\1", text))
    for span in reversed(list(addresses(text))):
        inner = hold(decoded(text[span.start : span.stop]))
        text = f"{text[: span.start]}{inner}{text[span.stop :]}"
    text = decoded(without_tags(text), hold)
    for marks in (_STRONG, _EMPHASIS):
        text = marks.sub(lambda span: span[2] or span[4], text)
    return restore(_ESCAPE.sub(r"\1", _STRAY.sub("", text)))


def _with_address(link: re.Match[str]) -> str:
    return with_address(link[1], link[2]) if link[2] else link[1]


def plain(text: str) -> str:
    """A line of a tip as it is shown: without Markdown and HTML, unless it has nothing else."""
    return on_one_line(unmarked(text)) or on_one_line(text)


def escaped(text: str) -> str:
    """Plain text on one line as `plain` gives it back."""
    return text if plain(text) == text else _SPECIAL.sub(r"\\\g<0>", text)
