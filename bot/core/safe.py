"""Foreign text made safe to show on a terminal or to write into a log (CWE-150)."""

from __future__ import annotations

import re

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_CONTROL_BUT_LINES = re.compile(_CONTROL.pattern.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f"))


def shown(text: str) -> str:
    """The text on one line, with C0, DEL, C1, bidi controls and line ends written as escapes."""
    return _CONTROL.sub(_escape, text)


def shown_lines(text: str) -> str:
    """The same, but line feeds stay."""
    return _CONTROL_BUT_LINES.sub(_escape, text)


def one_line(text: str, longest: int) -> str:
    """Foreign words for a message of ours: on one line, nothing invisible in them, not long."""
    words = "".join(mark if mark.isprintable() else " " for mark in text[: 4 * longest]).split()
    line = " ".join(words)
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")
