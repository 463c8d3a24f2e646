"""Markdown: one file a tip, in which every foreign word stays a word.

What is written means the same by CommonMark and by the dialects of the large hosts: no markup, no
table, no formula, no link and no mention comes of what somebody said.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC

from bot.app.discussion.by_tip import title_of
from bot.app.discussion.exports.records import Source, line, web_address
from bot.core.discussion.outline import reading_order
from bot.core.model.config import Config
from bot.core.model.entry import Entry
from bot.core.text.markup.inline_markup import warning_line
from bot.core.text.sanitize import harmless

MARK = "<!-- Written by tipsbot from its discussion; what is changed here is lost. -->"
"""The first line of every file of ours."""

LOOSE = "_under-no-tip.md"
"""Where that stands which belongs to no tip; no tip's id begins like it."""

DEEPEST = 8
"""Replies further down are not indented any further."""

_SIGNS = re.compile(r"[\\`*_\[\]<>&~$|@#^]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_BEGINNING = re.compile(r"^(\d*)([-+=:.)])")
_EDGE = re.compile(r"^\s+|\s+$")


def names(source: Source) -> Sequence[str]:
    """The names of all files, in order."""
    loose = [LOOSE] if next(source.entries(loose=True), None) else []
    return sorted([*(f"{tip}.md" for tip in source.shown.counts()), *loose])


def file(source: Source, name: str) -> str:
    """The content of one file."""
    tip = None if name == LOOSE else name.removesuffix(".md")
    found = reading_order(source.entries(tip=tip, loose=tip is None))
    return "\n".join([MARK, "", *section(source.config, tip, found)]) + "\n"


def section(config: Config, tip: str | None, found: Iterable[tuple[int, Entry]]) -> Iterator[str]:
    """The lines of what was said about one tip (None: under no tip), in reading order."""
    yield f"# {escaped(line(title_of(config, tip)) or '')}"
    yield ""
    if tip is not None and config.site is not None:
        yield f"[The tip]({_target(config.page(tip))})"
        yield ""
    above: list[Entry] = []
    for depth, entry in found:
        del above[depth:]
        yield from item(entry, depth, above[-1] if depth > DEEPEST else None)
        above.append(entry)


def item(entry: Entry, depth: int = 0, parent: Entry | None = None) -> Iterator[str]:
    """One entry as a list item; `parent` is told where the indentation no longer does."""
    indent = "  " * min(depth, DEEPEST)
    to = f", to {_who(parent)}" if parent else ""
    ours = ", the bot" if entry.ours and entry.is_legible else ""
    edited = ", edited" if entry.edited_at else ""
    when = f"{entry.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    yield f"{indent}- {_who(entry)}{ours}{to}, {_place(entry)}, {when}{edited}"
    yield ""
    if entry.warning:
        yield f"{indent}  {escaped(line(warning_line(entry.warning)) or '')}"
        yield ""
    for quoted in _quoted(harmless(entry.text)):
        yield f"{indent}  > {quoted}".rstrip(" ")
    if entry.text:
        yield ""


def _quoted(text: str) -> Iterator[str]:
    """The lines of a text, with a break at the end of each that the next one belongs to."""
    paragraphs = [part.strip("\n") for part in re.split(r"\n[ \t]*\n\s*?(?=\S|$)", text)]
    for number, part in enumerate(one for one in paragraphs if one.strip()):
        if number:
            yield ""
        *lines, last = part.split("\n")
        yield from (f"{_line(each)}\\" for each in lines)
        yield _line(last)


def _line(text: str) -> str:
    """A line of a paragraph: what begins a block is escaped, blanks at its ends are kept."""
    begun = _BEGINNING.sub(r"\1\\\2", escaped(text))
    return _EDGE.sub(lambda blanks: "".join(f"&#{ord(one)};" for one in blanks[0]), begun)


def escaped(text: str) -> str:
    """The text with a backslash before every sign that Markdown could take for its own."""
    return _SIGNS.sub(r"\\\g<0>", text)


def _who(entry: Entry) -> str:
    if not entry.is_legible:
        return "(deleted)"
    name, handle = line(entry.author.called), line(entry.author.handle)
    if name and handle and name != handle:
        return f"**{escaped(name)}** ({escaped(handle)})"
    return f"**{escaped(name or 'someone')}**"


def _target(address: str) -> str:
    """An address as the target of a link, in which `&copy;` is no sign of its own."""
    return address.replace("&", "\\&")


def _place(entry: Entry) -> str:
    """Where it was said, with a link to it where there is one."""
    account = escaped(entry.account)
    address = web_address(entry.url)
    return f"[{account}]({_target(address)})" if address else account
