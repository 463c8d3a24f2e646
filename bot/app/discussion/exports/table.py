"""CSV by RFC 4180, with nothing in it that a spreadsheet would take for a formula.

A cell that begins, after any blanks, with a sign that spreadsheets compute by, or with an
apostrophe, has an apostrophe before it. Whoever reads takes one apostrophe off each cell that
begins with one, and has every cell as it was.
"""

import csv
from collections.abc import Iterator

from bot.app.discussion.event_log import Value
from bot.app.discussion.exports.records import FIELDS, Source, record

_FORMULA = tuple("=+-@|%\uff1d\uff0b\uff0d\uff20")  # the last four are wide ones
_SHIELD = "'"


class _Echo:
    """A file that hands over what is written into it."""

    def write(self, piece: str) -> str:
        return piece


def pieces(source: Source) -> Iterator[str]:
    """The export, a row at a time, the names of the fields first."""
    rows = csv.writer(_Echo(), lineterminator="\r\n")
    yield rows.writerow(FIELDS)
    for entry in source.entries():
        yield rows.writerow(map(_cell, record(entry, source.config.kinds).values()))


def _cell(value: Value) -> str:
    """A value as text: nothing for None, `true` or `false`, and no formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return shielded(str(value))


def shielded(text: str) -> str:
    """The text as no spreadsheet computes it."""
    is_risky = text.lstrip().startswith(_FORMULA) or text.startswith((_SHIELD, "\t", "\n"))
    return _SHIELD + text if is_risky else text
