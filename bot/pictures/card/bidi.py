"""The direction of each character, by the Unicode bidirectional algorithm of FriBidi.

Pillow asks the same library, for a text in one font. A text in several has to be cut first.
"""

import ctypes
from collections.abc import Sequence
from functools import cache
from typing import TypeVar

from bot.pictures.card.scripts import has_right_to_left

_NAMES = ("libfribidi.so.0", "libfribidi.so", "libfribidi.0.dylib", "libfribidi.dylib")
_FOLDERS = ("", "/opt/homebrew/lib/", "/usr/local/lib/")
"""Homebrew's two are where the loader of macOS does not look."""

_LEFT_TO_RIGHT, _RIGHT_TO_LEFT = 0x110, 0x111
"""FRIBIDI_PAR_LTR and FRIBIDI_PAR_RTL of fribidi-bidi-types.h."""

T = TypeVar("T")


def is_available() -> bool:
    """Whether FriBidi is there."""
    return _library() is not None


def levels(text: str, *, is_rtl: bool) -> list[int]:
    """The embedding level of each character, odd where it is written from right to left."""
    library = _library()
    if library is None or not (is_rtl or has_right_to_left(text)):
        return [0] * len(text)
    count = len(text)
    found = (ctypes.c_int8 * count)()
    characters = (ctypes.c_uint32 * count)(*map(ord, text))
    direction = ctypes.c_uint32(_RIGHT_TO_LEFT if is_rtl else _LEFT_TO_RIGHT)
    library.fribidi_log2vis(
        characters, ctypes.c_int(count), ctypes.byref(direction), None, None, None, found
    )
    return list(found)


def ordered(items: Sequence[T], depths: Sequence[int]) -> list[T]:
    """Parts of a line in the order in which they stand, from left to right (rule L2)."""
    order = list(range(len(items)))
    for level in range(max(depths, default=0), 0, -1):
        at = 0
        while at < len(order):
            end = at
            while end < len(order) and depths[order[end]] >= level:
                end += 1
            order[at:end] = reversed(order[at:end])
            at = max(end, at + 1)
    return [items[place] for place in order]


@cache
def _library() -> ctypes.CDLL | None:
    """FriBidi, loaded once; None where it is not installed."""
    for name in (folder + name for folder in _FOLDERS for name in _NAMES):
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None
