"""Common mistakes in YAML: each function finds one at its place, or returns None."""

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from yaml import tokens

from bot.core.model.schedule import CRON_NICKNAMES
from bot.tips_file.locations import Place
from bot.tips_file.messages import quote
from bot.tips_file.yaml import yaml_lines
from bot.tips_file.yaml.yaml_lines import Broken

QUOTES = "put the text in double quotes, or write it below `>`"
INDENT = "indent it like the lines beside it, with spaces"
UNFIT = "wrong indentation: this line does not fit the lines around it"

_BEGUN = ("alias", "anchor", "tag", "directive", "block scalar")
"""Contexts in which a text begins with a sign that means something to YAML."""

Mistake: TypeAlias = tuple[str, str, Place]
"""The problem, the advice, and the place."""


def _comment_in_brackets(broken: Broken) -> Mistake | None:
    """A `#` in a list with brackets, which makes the rest of the line a comment, its end too."""
    if not broken.brackets:
        return None
    last = {token.end_mark.line: token for token in broken.read}
    for number in range(broken.brackets[-1].start_mark.line, broken.line + 1):
        if number in last:
            column = last[number].end_mark.column
            rest = broken.line_at(number)[column:]
            if rest.lstrip().startswith("#") and ("]" in rest or "}" in rest):
                at = column + rest.index("#") + 1
                what = "'#' begins a comment here, in which the bracket is closed"
                return what, "leave the '#' out, or put the text in quotes", (number + 1, at)
    return None


def _open_quote(broken: Broken) -> Mistake | None:
    """A quote that was closed only by a later one, in the line where it was opened."""
    ends = {broken.line, broken.place[0] - 1}
    for token in reversed(broken.read):
        if token.end_mark.line in ends and swallows(token, broken.lines):
            return open_quote_mistake(token)
    return None


def swallows(token: Any, lines: list[str]) -> bool:
    """Whether it is a text in quotes that has lines with names in it."""
    if not isinstance(token, tokens.ScalarToken) or token.style not in {"'", '"'}:
        return False
    inside = lines[token.start_mark.line + 1 : token.end_mark.line + 1]
    return any(map(yaml_lines.opens_a_line, inside))


def open_quote_mistake(token: Any) -> Mistake:
    """The problem of a quote that only a later line closes."""
    mark = token.start_mark
    what = f"a quote is opened here and closed only in line {token.end_mark.line + 1}"
    return what, "close it in its own line", (mark.line + 1, mark.column + 1)


def _blank_that_is_no_space(broken: Broken) -> Mistake | None:
    """A tab, a no-break space or the like in the indentation."""
    inside = [
        range(token.start_mark.line + 1, token.end_mark.line)
        for token in broken.read
        if isinstance(token, tokens.ScalarToken) and token.style
    ]
    for number in yaml_lines.near(broken.lines, max(broken.line, broken.place[0] - 1)):
        line = broken.lines[number]
        column = yaml_lines.odd_blank(line)
        is_near = number in {broken.line, broken.place[0] - 1}
        if column is None or not (is_near or yaml_lines.opens_a_line(line)):
            continue
        if not any(number in lines for lines in inside):
            return odd_blank_mistake(line, number + 1, column)
    return None


def odd_blank_mistake(line: str, number: int, column: int) -> Mistake:
    """The problem of a blank that is no space; its column counts from 0."""
    named = yaml_lines.blank_name(line[column])
    if line[:column].strip(" -"):
        return f"there is {named} here", "put a space in its place", (number, column + 1)
    return f"wrong indentation: there is {named} here", "indent with spaces", (number, column + 1)


def _sign_that_begins(broken: Broken) -> Mistake | None:
    """A text that begins with a sign that means something to YAML."""
    place = _sign_place(broken)
    if place is None:
        return None
    sign = broken.line_at(place[0])[place[1] : place[1] + 1]
    told = (place[0] + 1, place[1] + 1)
    what = f"a text cannot begin with {quote(sign)}"
    line = broken.line_at(place[0])
    if re.search(r"\bcron: *$", line[: place[1]]):
        return what, f'put the crontab line in quotes: "{_crontab(line[place[1] :])}"', told
    if sign in {"|", ">"}:
        todo = "begin the text in the next line, indented, or put it in double quotes"
        return what, todo, told
    return what, QUOTES, told


def _crontab(written: str) -> str:
    """The intended crontab line, shortened and harmless."""
    meant = written.partition(" #")[0].strip()
    return quote(CRON_NICKNAMES.get(meant.lower(), meant))[1:-1]


def _sign_place(broken: Broken) -> tuple[int, int] | None:
    """The place of such a sign, from 0."""
    here = broken.line, broken.column
    sign = broken.line_at(here[0])[here[1] : here[1] + 1]
    if "cannot start any token" in broken.problem and sign != "\t":
        return here
    if "mapping keys are not allowed" in broken.problem:
        return here
    if "expected node content" in broken.problem and sign and sign in ",]}":
        return here
    if any(f" {word}" in broken.context for word in _BEGUN):
        return _behind(broken, broken.read[-1]) if broken.read else here
    last = broken.read[-1] if broken.read else None
    if isinstance(last, tokens.AliasToken | tokens.AnchorToken | tokens.TagToken):
        return last.start_mark.line, last.start_mark.column
    return None


def _behind(broken: Broken, token: Any) -> tuple[int, int] | None:
    """The place of the words after a token in its line."""
    mark = token.end_mark
    words = re.compile(r" *(?=\S)").match(broken.line_at(mark.line), mark.column)
    return (mark.line, words.end()) if words else None


def _more_behind(broken: Broken) -> Mistake | None:
    """Text after a closing quote or bracket."""
    before = broken.text[: broken.place[1] - 1].rstrip()
    last = broken.read[-1] if broken.read else None
    if last is None or not before or last.end_mark.line != broken.line:
        return None
    if isinstance(last, tokens.ScalarToken) and last.style in {"'", '"'}:
        inner = ', with \\" for a quote in it' if last.style == '"' else ""
        todo = f"put the whole text in double quotes{inner}, or write it below `>`"
        return "there is more text after the closing quote", todo, broken.place
    if isinstance(last, tokens.FlowSequenceEndToken | tokens.FlowMappingEndToken):
        what = f"there is more text after the closing {quote(before[-1])}"
        return what, "remove it, or put the whole text in double quotes", broken.place
    return None


def _no_blank(broken: Broken) -> Mistake | None:
    """A name or a dash without a space after it."""
    return no_blank_mistake(broken.text, broken.place[0]) if broken.begins else None


def no_blank_mistake(line: str, number: int) -> Mistake | None:
    """The problem of a line whose name or dash has no space after it; None for any other."""
    found = re.match(r" *(?:- +)*(?:(-)|([A-Za-z_][\w-]*)[:\uff1a])(?! |$|//|-)", line)
    if found is None:
        return None
    sign = "-" if found[1] else f"{found[2]}:"
    todo = "write `- ` before the item" if found[1] else f"write `{sign} ...`"
    return f"a space is missing after {quote(sign)}", todo, (number, found.end() + 1)


def _comment_above(broken: Broken) -> Mistake | None:
    """A line of a text that begins with `#`, where the text goes on after it."""
    number = next(iter(yaml_lines.near(broken.lines, broken.place[0] - 2)), 0)
    line = broken.line_at(number)
    is_text = broken.begins and not yaml_lines.opens_a_line(broken.text)
    if not is_text or not line.lstrip().startswith("#"):
        return None
    what = "'#' begins a comment here, where the text above ends"
    return what, QUOTES, (number + 1, line.index("#") + 1)


def _indentation(broken: Broken) -> Mistake | None:
    """A line that begins further left or right than it should."""
    number, column = broken.place[0] - 1, broken.place[1] - 1
    start = len(broken.text) - len(broken.text.lstrip())
    if "mapping values" in broken.problem:
        if not re.fullmatch(r" *(?:- +)*[\w-]+", broken.text[:column]) or not start:
            return None
        return _deeper(broken, number)
    first = next((one for one, line in enumerate(broken.lines) if line.strip()), 0)
    if "<document start>" in broken.problem and broken.lines[first].startswith(" "):
        return UNFIT, "begin it at the left edge", (first + 1, 1)
    above = next(yaml_lines.above(broken.lines, number), None)
    if "expected ':'" not in broken.problem or above is None or not broken.begins:
        return None
    if yaml_lines.columns(broken.lines[above])[-1] <= start:
        return None
    todo = f"indent it like the text above, or write `name: value` and {INDENT}"
    return "wrong indentation: a line without ': '", todo, broken.place


def _deeper(broken: Broken, number: int) -> Mistake | None:
    """A line with a name that continues the line above, or else that line."""
    above = next(yaml_lines.above(broken.lines, number), None)
    if above is None or not yaml_lines.opens_a_line(broken.text):
        return None
    start = len(broken.text) - len(broken.text.lstrip())
    edge = yaml_lines.columns(broken.lines[above])[0]
    if start <= edge:
        return None
    if start in yaml_lines.open_columns(broken.lines, above):
        return UNFIT, INDENT, (above + 1, edge + 1)
    todo = f"{INDENT}; if it is part of the text above, put that in double quotes"
    return UNFIT, todo, (number + 1, start + 1)


MISTAKES: tuple[Callable[[Broken], Mistake | None], ...] = (
    _comment_in_brackets,
    _open_quote,
    _blank_that_is_no_space,
    _sign_that_begins,
    _more_behind,
    _no_blank,
    _comment_above,
    _indentation,
)
