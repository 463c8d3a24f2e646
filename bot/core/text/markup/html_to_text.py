"""Converts HTML of networks and other sites to plain text: lists, quotations, deletions, links.

nh3 reads any markup in linear time and gives a well-formed tree with few kinds of tags; this module
decides what each of them looks like as text. See docs/adr/0016.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

import nh3

from bot.core.text.markup.inline_markup import lowered, picture, raised, with_address

LONGEST = 100_000
"""Characters of markup that are read; the rest is left out."""

DEEPEST = 8
"""Lists and quotations within one another; those further in are not indented any further."""

_BREAKS = {
    **dict.fromkeys(("p", "pre", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"), 2),
    **dict.fromkeys(("ul", "ol", "dl", "table", "hr"), 2),
    **dict.fromkeys(("div", "section", "article", "header", "footer", "aside", "main", "nav"), 1),
    **dict.fromkeys(("address", "figure", "figcaption", "details", "summary", "fieldset"), 1),
    **dict.fromkeys(("form", "legend", "option", "center", "li", "dt", "dd", "tr", "caption"), 1),
}
"""How many line ends a tag asks for, before it and after it; two are the most."""

_INLINE = {"br", "a", "del", "s", "strike", "q", "sup", "sub", "img", "rt", "td", "th"}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start", "reversed"}, "li": {"value"}, "img": {"alt"}}
_DROPPED = {"script", "style", "rp", "template", "noscript", "title"}
_SIGNS = {**dict.fromkeys(("del", "s", "strike"), ("~~", "~~")), "rt": ("(", ")")}
_INDENTS = {"blockquote": "> ", "dd": "  "}
_BETWEEN_CELLS = " | "
_BLANK = re.compile(r"\s+")
_NUMBER = re.compile(r"-?\d{1,6}", re.ASCII)
_OF_LISTS = re.compile(r"<li\b|</?[ou]l\b")


def readable(markup: str, is_known: Callable[[str], bool] = lambda _: False) -> str:
    """The text that a reader of the markup sees, with signs for what only its look would say.

    Addresses that are `is_known` are not added.
    """
    tree = nh3.clean(
        markup[:LONGEST],
        tags=_INLINE | set(_BREAKS),
        attributes=_ATTRIBUTES,
        clean_content_tags=_DROPPED,
        url_schemes={"http", "https"},
        url_relative="deny",
        link_rel=None,
    )
    reader = _Reader(_sizes(tree), is_known)
    reader.feed(tree)
    reader.close()
    return reader.text()


def _sizes(tree: str) -> list[int]:
    """How many items each list of a well-formed tree has, in the order in which they begin."""
    sizes: list[int] = []
    inside: list[int] = []
    for tag in _OF_LISTS.findall(tree):
        if tag == "<li":
            if inside:
                sizes[inside[-1]] += 1
        elif tag.startswith("</"):
            inside.pop()
        else:
            inside.append(len(sizes))
            sizes.append(0)
    return sizes


@dataclass(slots=True, eq=False)
class _Indent:
    """How the lines within an element begin: the first of them, and the others."""

    first: str
    others: str
    is_used: bool = False

    def take(self) -> str:
        begin = self.others if self.is_used else self.first
        self.is_used = True
        return begin


@dataclass(slots=True)
class _List:
    """A list that is open: its next item's number, or None where its items have signs."""

    number: int | None
    step: int = 1


@dataclass(slots=True)
class _Inline:
    """An element that is open: where its text begins, where it leads to, what ends it."""

    begin: int
    href: str | None = None
    end: str = ""


class _Reader(HTMLParser):
    """Collects the text, the breaks between it and the signs around it."""

    def __init__(self, sizes: Sequence[int], is_known: Callable[[str], bool]) -> None:
        super().__init__(convert_charrefs=True)
        self._is_known = is_known
        self._sizes = iter(sizes)
        self._parts: list[str] = []
        self._gaps: set[int] = set()
        self._breaks = 0
        self._opening: list[str] = []
        self._inlines: list[_Inline] = []
        self._indents: list[_Indent] = []
        self._last_indents: list[_Indent] = []
        self._lists: list[_List] = []
        self._pre = 0
        self._cells = 0
        self._quotes = 0
        self._is_row_begun = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"td", "th"}:
            self._begin_cell()
        elif tag == "br":
            self._break(min(2, self._breaks + 1))
        elif tag == "img":
            self._write(picture(given.get("alt")))
        elif tag in _INLINE:
            self._begin_inline(tag, given.get("href"))
        elif tag in {"ul", "ol"}:
            self._begin_list(tag, given)
        else:
            self._begin_block(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._cells -= 1
            self._breaks = 0
        elif tag in _INLINE:
            self._end_inline(tag)
        elif tag != "hr":
            self._end_block(tag)

    def handle_data(self, data: str) -> None:
        if self._pre:
            self._write_lines(data)
            return
        text = _BLANK.sub(" ", data)
        if self._is_at_begin() or self._parts[-1].endswith(" "):
            text = text.lstrip(" ")
        self._write(text)

    def text(self) -> str:
        lines = "".join(self._parts).split("\n")
        return "\n".join(line.rstrip() for line in lines).strip("\n")

    def _is_at_begin(self) -> bool:
        return bool(self._breaks) or not self._parts

    def _write(self, text: str) -> None:
        """Write text, after the breaks and the signs that wait for it."""
        if not text:
            return
        if self._is_at_begin():
            self._write_gap()
        self._parts += [*self._opening, text]
        self._opening.clear()

    def _write_gap(self) -> None:
        """End the line and begin the next; a blank line is indented as its neighbours both are."""
        gap = ""
        if self._parts:
            pairs = zip(self._last_indents, self._indents, strict=False)
            both = [one.others for one, other in pairs if one is other]
            gap = "\n" + ("".join(both).rstrip() + "\n") * (self._breaks - 1)
        self._gaps.add(len(self._parts))
        self._parts.append(gap + "".join(one.take() for one in self._indents))
        self._last_indents = [*self._indents]
        self._breaks = 0

    def _write_lines(self, data: str) -> None:
        """Write text as it stands, line by line."""
        first, *others = (data.removeprefix("\n") if self._is_at_begin() else data).split("\n")
        self._write(first)
        for line in others:
            if self._parts:
                self._parts.append("\n" + "".join(one.take() for one in self._indents))
            self._write(line)

    def _break(self, count: int) -> None:
        """Ask for line ends: none where an item of a list begins, and a blank in a table's cell."""
        if self._cells:
            if self._parts and not self._is_at_begin() and not self._parts[-1].endswith(" "):
                self._parts.append(" ")
        elif not (self._indents and not self._indents[-1].is_used):
            self._breaks = max(self._breaks, count)

    def _begin_block(self, tag: str, given: dict[str, str | None]) -> None:
        self._break(_BREAKS[tag])
        if tag == "hr":
            self._write("---")
            self._break(2)
        elif tag == "li":
            self._begin_item(given)
        elif tag in _INDENTS:
            self._indent(_INDENTS[tag], _INDENTS[tag])
        elif tag == "tr":
            self._is_row_begun = False
        self._pre += tag == "pre"

    def _end_block(self, tag: str) -> None:
        self._pre -= tag == "pre"
        if tag in {"ul", "ol"}:
            self._lists.pop()
        if tag == "li" or tag in _INDENTS:
            is_used = self._indents.pop().is_used
            if tag == "li" and is_used and not self._cells:
                self._breaks = 1
                return
        self._break(1 if tag in {"ul", "ol"} and self._lists else _BREAKS[tag])

    def _begin_list(self, tag: str, given: dict[str, str | None]) -> None:
        """A list within another follows without a blank line."""
        if self._lists and self._breaks > 1:
            self._breaks = 1
        self._break(1 if self._lists else 2)
        size = next(self._sizes)
        first, step = (size, -1) if "reversed" in given else (1, 1)
        number = _number(given.get("start"), first) if tag == "ol" else None
        self._lists.append(_List(number, step))

    def _begin_item(self, given: dict[str, str | None]) -> None:
        within = self._lists[-1] if self._lists else _List(None)
        if within.number is None:
            self._indent("- ", "  ")
            return
        number = _number(given.get("value"), within.number)
        within.number = number + within.step
        sign = f"{number}. "
        self._indent(sign, " " * min(len(sign), 2))

    def _indent(self, first: str, others: str) -> None:
        is_deep = len(self._indents) >= DEEPEST
        self._indents.append(_Indent("", "") if is_deep else _Indent(first, others))

    def _begin_cell(self) -> None:
        if self._is_row_begun:
            if self._is_at_begin():
                self._write_gap()
            elif self._parts[-1] != _BETWEEN_CELLS:
                self._parts[-1] = self._parts[-1].rstrip(" ")
            self._parts.append(_BETWEEN_CELLS)
        self._is_row_begun = True
        self._cells += 1

    def _begin_inline(self, tag: str, href: str | None) -> None:
        begin, end = _SIGNS.get(tag, ("", ""))
        if tag == "q":
            begin, end = "‘’" if self._quotes % 2 else "“”"
            self._quotes += 1
        self._inlines.append(_Inline(len(self._parts), href, end))
        if begin:
            self._opening.append(begin)

    def _end_inline(self, tag: str) -> None:
        one = self._inlines.pop()
        self._quotes -= tag == "q"
        if one.end:
            if self._opening:
                self._opening.pop()
            else:
                self._parts.append(one.end)
            return
        while one.begin in self._gaps:
            one.begin += 1
        inner = "".join(self._parts[one.begin :])
        if tag == "a":
            if one.href is not None and not self._is_known(one.href):
                if inner.strip():
                    self._parts[one.begin :] = [with_address(inner, one.href)]
                else:
                    self._write(one.href)
        elif inner.strip() and "\n" not in inner:
            before = self._parts[one.begin - 1][-1:] if one.begin else ""
            self._parts[one.begin :] = [raised(inner, before) if tag == "sup" else lowered(inner)]


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and _NUMBER.fullmatch(text) else otherwise
