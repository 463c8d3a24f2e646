"""A tip's text as plain prose, sentence by sentence."""

import re
from collections.abc import Iterable, Iterator

import regex
import sentencex

from bot.core.text.inline_html import decoded, shown_code, without_tags
from bot.core.text.inline_markup import with_address
from bot.core.text.web_addresses import addresses

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_BLOCK_START = re.compile(
    r"^ {0,3}(?:(?P<heading>\#{1,6})\s+|(?P<item>[-*+•]\s+|\d{1,3}[.)]\s+(?=\D))|>\s?)"
)
_RULE = re.compile(r"^ {0,3}(?:[-*_=]\s*){3,}$")
_ENDED = regex.compile(r"[\p{Sentence_Terminal}…:\uff1a][\p{Pe}\p{Pf}\"'*_`]*$")

_CODE = re.compile(r"(?<![`\\])(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_IMAGE = re.compile(r"!\[([^\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_LINK = re.compile(
    r"(?<![\w\\])\[([^\]]+)\](?:\(((?:[^()\s]|\([^()\s]*\))*)(?:\s+\"[^\"]*\")?\)|\[[^\]]*\])"
)
_AUTOLINK = re.compile(r"(?<!\\)<(https?://[^<>\s]+)>")
_STRONG = re.compile(r"(?<![\w*_\\])(\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1(?![\w*_])", re.DOTALL)
_EMPHASIS = re.compile(r"(?<![\w*_\\])([*_])(?=[^\s*_])([^*_]*?[^\s*_])\1(?![\w*_])")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]<>()#+\-.!|~&])")
_SPECIAL = re.compile(r"[\\`*_\[\]<~&]")
_GLUED = re.compile(r"[.!?][A-Za-z0-9]")
"""A Latin sentence has a blank behind it; what has none is a name, a number or an address."""

_HOLD = "\ue000{}\ue001"
_HELD = re.compile("\ue000(\\d+)\ue001")


def one_line(text: str) -> str:
    """The text with every run of white space as one blank."""
    return " ".join(text.split())


def blocks(text: str) -> Iterator[str]:
    """The paragraphs, headings, items and quotations of a text, each on one line, without marks.

    A line that ends a sentence ends its block; any other goes on in the next line. Fenced code is
    left out: nobody can read it in a post.
    """
    open_block: list[str] = []
    for line, starts, ends in _lines(text):
        if starts and open_block:
            yield one_line(unmarked(" ".join(open_block)))
            open_block = []
        if line:
            open_block.append(line)
        if ends and open_block:
            yield one_line(unmarked(" ".join(open_block)))
            open_block = []
    if open_block:
        yield one_line(unmarked(" ".join(open_block)))


def _lines(text: str) -> Iterator[tuple[str, bool, bool]]:
    """Each line without its block's mark, whether it starts a block, and whether it ends one."""
    fence = ""
    for line in text.splitlines():
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence):
                fence = ""
        elif mark and "`" not in line[mark.end() :]:
            fence = mark[1]
            yield "", True, True
        elif not line.strip() or _RULE.match(line):
            yield "", True, True
        else:
            yield _line(line)


def _line(line: str) -> tuple[str, bool, bool]:
    start = _BLOCK_START.match(line)
    if start is None:
        return line.strip(), False, bool(_ENDED.search(line.rstrip()))
    inner = line[start.end() :].strip()
    quoted = not start["heading"] and not start["item"]
    ended = bool(start["heading"]) or bool(_ENDED.search(inner))
    return inner.rstrip("#").rstrip() if start["heading"] else inner, not quoted, ended


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
    text = _EMPHASIS.sub(r"\2", _STRONG.sub(r"\2", text))
    return restore(_ESCAPE.sub(r"\1", text))


def _with_address(link: re.Match[str]) -> str:
    return with_address(link[1], link[2]) if link[2] else link[1]


def plain(text: str) -> str:
    """A line of a tip as it is shown: without Markdown and HTML, unless it has nothing else."""
    return one_line(unmarked(text)) or one_line(text)


def escaped(text: str) -> str:
    """Plain text on one line as `plain` gives it back."""
    return text if plain(text) == text else _SPECIAL.sub(r"\\\g<0>", text)


def sentences(text: str, language: str | None) -> tuple[str, ...]:
    """The sentences of a text by the rules of its language (default English).

    A language that nobody knows is read by rules that fit most.
    """
    tongue = (language or "en").replace("_", "-").split("-")[0].lower() or "en"
    parts = (part for block in blocks(text) for part in whole(sentencex.segment(tongue, block)))
    return tuple(line for part in parts if (line := one_line(part)))


def _is_glued(before: str, behind: str) -> bool:
    """Whether two parts are one: a name with a full stop in it, or an address."""
    if _GLUED.search(f"{before[-1]}{behind[0]}"):
        return True
    return any(len(before) in span for span in addresses(before + behind))


def whole(parts: Iterable[str]) -> Iterator[str]:
    """The sentences with names put together again that hold a full stop: `a .NET class`."""
    open_part = ""
    for part in parts:
        if open_part and not _is_glued(open_part, part):
            yield open_part
            open_part = ""
        open_part += part
    if open_part:
        yield open_part
