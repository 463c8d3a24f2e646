"""Where a text has a top-level domain: the last part of a host, such as com or 中国.

X tells a link from an abbreviation by it: `asp.net` is a link, `node.js` is none.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import TypeAlias

from bot.core.data import table

Endings: TypeAlias = Mapping[int, int]
"""Where each dot that has a top-level domain behind it stands, and where that domain ends."""

_DOT = re.compile(r"\.(?=[^\W\d_])")
_LETTERS = re.compile(r"[^\s!-/:-@\[-`{-~]{1,24}")
_BOUNDARY = re.compile(r"(?![A-Za-z0-9@+-])")
_PUNYCODE = re.compile(r"xn--[a-z0-9-]+", re.IGNORECASE | re.ASCII)


@cache
def published() -> frozenset[str]:
    """The names that X's published library knows."""
    return frozenset(table("tlds.txt")["published"])


@cache
def today() -> frozenset[str]:
    """Those and the names given out since."""
    return published() | frozenset(table("tlds.txt")["newer"])


def endings(text: str, names: frozenset[str]) -> Endings:
    """Every dot of `text` that is followed by one of `names`, or by a name in punycode."""
    ends = ((dot.start(), _end(text, dot.end(), names)) for dot in _DOT.finditer(text))
    return {dot: end for dot, end in ends if end is not None}


def _end(text: str, start: int, names: frozenset[str]) -> int | None:
    """Where the longest name that begins at `start` ends, if there is one."""
    run = _LETTERS.match(text, start)
    stop = run.end() if run else start
    # A name does not end before a Latin letter or a digit: of these, only the whole run can be one.
    only_whole = run is not None and run[0].isascii() and run[0].isalnum()
    for end in range(stop, stop - 1 if only_whole else start, -1):
        if text[start:end].lower() in names and _BOUNDARY.match(text, end):
            return end
    punycode = _PUNYCODE.match(text, start)
    return punycode.end() if punycode else None
