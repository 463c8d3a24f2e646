"""A tip's text as plain prose, sentence by sentence."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import regex
import sentencex

from bot.core.data import table
from bot.core.text.markup.markdown import on_one_line, unmarked
from bot.core.text.web_addresses import addresses

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_MONTH = (
    "(?:januar|jänner|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember)"
)
_BLOCK_START = regex.compile(
    r"^ {0,3}(?:(?P<heading>\#{1,6})\s+|"
    r"(?P<item>(?=[❌🚫⛔✗✘✖👎])|"
    r"(?:[-*+•▪◦‣·–—∙⋅\u2190-\u21ff\u27f0-\u27ff]|(?![©®°№℃℉])\p{So})\ufe0f?\s+(?:\[[ xX]\]\s+)?|"
    r"[・●■◆]\s*|"
    rf"(?:\d{{1,3}}|[a-z])[.)]\s+(?=\D)(?!(?i:{_MONTH})\b)|\(\d{{1,2}}\)\s+)|(?P<quote>>)\s?)"
)
"""The mark before a block. One that says "do not" (a red cross) stays with its words."""
_UNREAD = regex.compile(r"^ {0,3}(?:\|.*\|\s*$|\[[^\[\]]+\]:\s+<?(?:https?://|mailto:)\S)")
"""A row of a table, and where a link leads: nobody can read them in a post."""
_UNDERLINE = re.compile(r"^ {0,3}(?:={2,}|-{2,})\s*$")
"""What makes a heading of the line before it."""
_SAYS = regex.compile(r"[\p{L}\p{N}\p{So}]")
_INLINE_ITEM = re.compile(r"(?<=\S)\s+[•▪‣♦]\s*(?=\S)")
_RULE = re.compile(r"^ {0,3}(?:[-*_=]\s*){3,}$")
_ENDED = regex.compile(r"[\p{Sentence_Terminal}…:\uff1a][\p{Pe}\p{Pf}\"'*_`]*$")
_ITEM_END = re.compile(r"\s*[,;](?:\s*(?:and|or|und|oder|et|ou|y|o|e))?$")
"""What ties an item of a list to the next."""
_INDENTED = re.compile(r"^\s{2,}\S")
"""A line that belongs to the item before it; so does one that begins with a small letter."""

_GLUED = re.compile(r"[.!?][A-Za-z0-9]")
"""A Latin sentence has a blank behind it; what has none is a name, a number or an address."""
_UNSPACED_END = regex.compile(r"(?<=[\u3002\uff01\uff1f])(?=[\p{Nd}\p{Latin}])")
"""A full stop that sentencex overlooks in Chinese and Japanese."""
_SMALL = regex.compile(r"^[\p{Pi}\p{Pf}\p{Ps}\"'\s]*\p{Ll}")
_DIGIT = regex.compile(r"^[\p{Pi}\p{Ps}\"']*\p{Nd}")
_ORDINAL = regex.compile(r"(?:^|\s)\d{1,2}\.\s*$")
_WITH_ORDINALS = frozenset(
    ["de", "da", "nb", "nn", "no", "is", "fo", "fi", "et", "lv", "cs", "sk", "sl", "hr", "hu", "pl"]
)
"""Languages that write an ordinal number with a full stop."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading or item on one line, without marks."""

    text: str
    #: of a list
    item: bool = False
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence on one line, or an item of a list without a full stop."""

    text: str
    #: whether it stands in a list
    item: bool = False


def blocks(text: str) -> Iterator[Block]:
    """The paragraphs, headings, items and quotations of a text.

    A line that ends a sentence ends its block; any other goes on in the next line, unless that
    starts another, or is outside the item before it. Fenced code and tables are left out: nobody
    can read them in a post.
    """
    lines: list[str] = []
    kind = {"item": False, "heading": False}
    for line in _lines(text):
        if line.underlines and len(lines) == 1 and not kind["item"]:
            kind["heading"] = True
        if lines and (line.starts or (kind["item"] and not line.goes_on)):
            yield _block(lines, **kind)
            lines = []
        if line.text:
            if not lines:
                is_item = line.item or (kind["item"] and line.indented)
                kind = {"item": is_item, "heading": line.heading}
            lines.append(line.text)
        if lines and line.ends:
            yield _block(lines, **kind)
            lines = []
    if lines:
        yield _block(lines, **kind)


def _block(lines: list[str], *, item: bool, heading: bool) -> Block:
    text = on_one_line(unmarked(" ".join(lines)))
    return Block(_ITEM_END.sub("", text) if item else text, item=item, heading=heading)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line without its block's mark; an empty one starts and ends whatever is open."""

    text: str = ""
    starts: bool = True
    ends: bool = True
    item: bool = False
    heading: bool = False
    goes_on: bool = False
    indented: bool = False
    quote: bool = False
    underlines: bool = False


def _lines(text: str) -> Iterator[_Line]:
    fence = ""
    quoted = False
    for line in text.splitlines():
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence):
                fence = ""
        elif mark and "`" not in line[mark.end() :]:
            fence = mark[1]
            yield _Line()
        elif _UNDERLINE.match(line):
            yield _Line(underlines=True)
        elif not line.strip() or _RULE.match(line) or _UNREAD.match(line):
            yield _Line()
        else:
            first, *items = _INLINE_ITEM.split(line)
            begun = _line(first)
            yield replace(begun, starts=False) if quoted and begun.quote else begun
            quoted = begun.quote
            yield from (_line(f"• {item}") for item in items)


def _line(line: str) -> _Line:
    start = _BLOCK_START.match(line)
    if start is None:
        text, indented = line.strip(), bool(_INDENTED.match(line))
        goes_on = indented or bool(_SMALL.match(text))
        ends = bool(_ENDED.search(text))
        return _Line(text, starts=False, ends=ends, goes_on=goes_on, indented=indented)
    inner = line[start.end() :].strip()
    if start["heading"]:
        return _Line(inner.rstrip("#").rstrip(), heading=True)
    ends = bool(_ENDED.search(inner))
    return _Line(inner, ends=ends, item=start["item"] is not None, quote=bool(start["quote"]))


def sentences(text: str, language: str | None) -> tuple[str, ...]:
    """The sentences of a text by the rules of its language (default English)."""
    return tuple(one.text for one in parts(text, language))


def parts(text: str, language: str | None) -> tuple[Sentence, ...]:
    """The sentences and items of a text, without its headings.

    A language that nobody knows is read by rules that fit most.
    """
    tongue = primary(language)
    return tuple(
        Sentence(line, item=block.item)
        for block in blocks(text)
        if not block.heading and _SAYS.search(block.text)
        for segment in _rejoined(sentencex.segment(tongue, block.text), tongue)
        for part in _UNSPACED_END.split(segment)
        if (line := on_one_line(part))
    )


def primary(language: str | None) -> str:
    """The language alone of a tag such as `pt-BR`; English where there is none."""
    return (language or "en").replace("_", "-").split("-")[0].lower() or "en"


def _rejoined(segments: Iterable[str], language: str) -> Iterator[str]:
    """The sentences with those put together again that were parted inside."""
    open_part = ""
    for part in segments:
        if open_part and not _goes_on(open_part, part, language):
            yield open_part
            open_part = ""
        open_part += part
    if open_part:
        yield open_part


def _goes_on(before: str, behind: str, language: str) -> bool:
    """Whether two parts are one sentence.

    They are where a name, a number or an address is parted, behind an abbreviation, an initial or
    an ordinal number, and where what follows begins with a digit or a small letter.
    """
    if _GLUED.search(f"{before[-1]}{behind[0]}") or _SMALL.match(behind.lstrip()):
        return True
    if before.rstrip().endswith("."):
        ordinal = language in _WITH_ORDINALS and _ORDINAL.search(before)
        if ordinal or _DIGIT.match(behind.lstrip()) or _abbreviated(language).search(before):
            return True
    return any(len(before) in span for span in addresses(before + behind))


@cache
def _abbreviated(language: str) -> regex.Pattern[str]:
    """The end of a part that is no end of a sentence: an abbreviation, or an initial."""
    lists = table("abbreviations.txt")
    shorts = (*lists["anywhere"], *lists.get(language, ()))
    known = "|".join(regex.escape(short).replace("_", r"\s?") for short in shorts)
    return regex.compile(rf"(?:^|[\s\p{{Ps}}\p{{Pi}}\"'])(?:(?i:{known})|\p{{Lu}})\.\s*$")
