"""Where a text has a host, and what X reads together with it: a protocol, a port, a path, a query.

The grammar is that of X's published library (twitter-text 3.1.0). Which sites are links is
decided in `bot.core.text.counting.links`.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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


# A repeated group that keeps what it took is written `(?>(...)*)`: Python up to 3.11.4 gets
# `(...)*+` wrong (cpython issue 106052).
_PUNCTUATION = r"!'#%&()*+,\\\-./:;<=>?@\[\]^_{|}~$"
_SPACE = r"\t-\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_DIRECTION = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_FORBIDDEN = r"\ufffe\ufeff\uffff"
LATIN = (
    r"\xc0-\xd6\xd8-\xf6\xf8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272"
    r"\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff\u2c65\u2c66\u2c7e\u2c7f"
    r"\u0399\u03b9\u1fbe"  # iota: the same letter as the mark 0345 where case does not matter
)
_CYRILLIC = r"\u0400-\u04ff"

# Before the top-level domain stand labels, of almost any character, with a dot behind each.
_NAME = rf"[^{_PUNCTUATION}{_SPACE}{_DIRECTION}{_FORBIDDEN}]"
_LABEL = rf"{_NAME}++(?>(?:[-_]++{_NAME}++)*)"
_TWO_UNITS = "\U00010000-\U0010ffff"  # X's library reads UTF-16: half of one may stand before
_BEFORE = rf"[^A-Za-z0-9@\uff20$#\uff03{_FORBIDDEN}]"
_LABELS = re.compile(
    rf"(?:(?<={_BEFORE})|\A(?!{_BEFORE}{_NAME})|(?=[{_TWO_UNITS}]))"
    rf"(?P<protocol>[Hh][Tt][Tt][Pp][Ss]?://)?(?P<labels>(?>(?:{_LABEL}\.)+))"
)
_RUN = re.compile(rf"(?>(?:{_NAME}|[-_.])+)")
_PROTOCOL = len("https://")

# A path or a query ends with one of its enders, so that a full stop behind it is left out.
_PATH_INNER = r"!*';:,.$%\[\]\u2013~@|&"
_PATH_ENDER = rf"A-Za-z0-9{_CYRILLIC}{LATIN}=_#/+\-"
_IN_PATH = rf"[{_PATH_INNER}{_PATH_ENDER}]"
_BRACKETS = rf"\((?!\)){_IN_PATH}*+(?:\({_IN_PATH}++\){_IN_PATH}*+)?\)"
_PATH = rf"/(?>(?:(?>(?:[{_PATH_INNER}]|{_BRACKETS})*)[{_PATH_ENDER}])*)(?>(?:{_BRACKETS})*)"
QUERY = r"\?(?>(?:[!?*'@();:+$%\[\].,~|]*+[A-Za-z0-9_&=#/\-])+)"
_REST = re.compile(rf"(?::[0-9]++)?(?P<path>{_PATH})?(?:{QUERY})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A host in a text, with its protocol, what belongs to it behind, and the sign before it."""

    start: int
    host_start: int
    host_end: int
    end: int
    has_path: bool
    before: str

    @property
    def has_protocol(self) -> bool:
        """Whether the site begins with http:// or https://."""
        return self.start < self.host_start


def sites(text: str, ends: Endings) -> Iterator[Host]:
    """Each host of `text`, leftmost first, with all that is read with it."""
    unread = at = 0
    for start, last in _runs(text, sorted(ends)):
        begin = max(start - _PROTOCOL, 0)
        while at <= last and (labels := _LABELS.search(text, max(at, begin), last + 1)):
            at = _retry(text, *labels.span("labels"), ends)
            if site := _site(text, labels, ends, text[unread : labels.start()][-1:]):
                yield site
                unread, at = site.end, _next_start(text, site.end)


def _runs(text: str, dots: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where each run of what hosts are made of begins that has some of these dots; its last one."""
    end = 0
    for dot in dots:
        if dot >= end:
            begin = max(text.rfind(" ", end, dot) + 1, end)
            runs = _RUN.finditer(text, begin, dots[-1] + 1)
            start, end = next(run.span() for run in runs if run.end() > dot)
            yield start, dots[bisect_left(dots, end) - 1]


def _next_start(text: str, end: int) -> int:
    """Where the next site may start: behind one more character, or behind its first half."""
    return end if text[end : end + 1] > "\uffff" else end + 1


def _retry(text: str, start: int, end: int, ends: Endings) -> int:
    """Where a host may start if none starts with the labels `text[start:end]`.

    What kept it from being one is an underscore before the first top-level domain, if any.
    """
    dot = min((dot for dot in ends if start <= dot < end), default=None)
    return end if dot is None else text.rfind("_", start, dot) + 1


def _site(text: str, labels: re.Match[str], ends: Endings, before: str) -> Host | None:
    host_end = end_of_host(text, *labels.span("labels"), ends)
    if host_end is None:
        return None
    rest = _REST.match(text, host_end)
    return Host(
        start=labels.start(),
        host_start=labels.start("labels"),
        host_end=host_end,
        end=rest.end() if rest else host_end,
        has_path=bool(rest and rest["path"]),
        before=before,
    )


def end_of_host(text: str, start: int, end: int, ends: Endings) -> int | None:
    """Where the longest host ends whose labels are among `text[start:end]`.

    The label before the top-level domain is the one that is registered: it has no underscore.
    """
    dot = end - 1
    while dot > start:
        before = text.rfind(".", start, dot)
        if dot in ends and "_" not in text[max(before, start) : dot]:
            return ends[dot]
        dot = before
    return None
