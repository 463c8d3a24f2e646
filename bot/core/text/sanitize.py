"""Foreign text made safe to keep, to show, and to write into a log (CWE-150)."""

import re

import regex

LONGEST_QUOTE = 200
"""Characters of a network's own words in a message of ours."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_CONTROL_BUT_LINES = re.compile(_CONTROL.pattern.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f"))
_BEYOND = "".join(chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
"""The last two places of each further plane, which no page may hold either."""
_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls but for tab and newline
    "\u202a-\u202e\u2066-\u2069"  # embedding, overriding and isolating of direction
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff"  # halves, marks, no characters
    f"{_BEYOND}]"
)


def shown(text: str) -> str:
    """The text on one line, with C0, DEL, C1, bidi controls and line ends written as escapes."""
    return _CONTROL.sub(_escape, text)


def shown_lines(text: str) -> str:
    """The same, but line feeds stay."""
    return _CONTROL_BUT_LINES.sub(_escape, text)


def harmless(text: str) -> str:
    """The text with line feeds for newlines, and without what could disturb its surroundings.

    For pages, where words are kept as people wrote them and an escape would only puzzle.
    """
    return _HARMFUL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str, longest: int = LONGEST_QUOTE) -> str:
    """Foreign words for a message of ours: on one line, nothing invisible in them, not long."""
    words = "".join(mark if mark.isprintable() else " " for mark in text[: 4 * longest]).split()
    line = " ".join(words)
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def is_number(text: str, digits: int = 1000) -> bool:
    """Whether the text is a whole number in ASCII digits, with fewer than `digits` of them.

    Python refuses to read numbers that are much longer than a thousand.
    """
    return text.isascii() and text.isdecimal() and len(text) < digits


def number(text: str | None, digits: int = 19) -> int | None:
    """The number that a text is; None where it is none, or longer than that of any row."""
    return int(text) if text is not None and is_number(text, digits) else None


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


_SEEN = regex.compile(
    r"[[\p{L}\p{N}\p{P}\p{S}]--[\p{Default_Ignorable_Code_Point}"
    "\u2800"  # Braille pattern blank
    "\ufffc"  # object replacement
    "\U00013441\U00013442"  # Egyptian hieroglyph full and half blank
    "\U0001d159"  # musical symbol null notehead
    "]]",
    regex.VERSION1,
)
"""Letters, numbers, punctuation and symbols, without those that are drawn as nothing.

Marks alone, spaces, controls, formats, tags and variation selectors are no such thing; of private
and unassigned characters nobody knows what they look like.
"""


def is_blank(text: str) -> bool:
    """Whether a reader sees nothing of the text."""
    return _SEEN.search(text) is None
