"""Superscript and subscript in plain text."""

from __future__ import annotations

import re

_UP = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")  # noqa: RUF001 - the minus is one
_DOWN = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")  # noqa: RUF001 - the minus is one
_ONE = re.compile(r"\w+|\[.*\]|\(.*\)")


def raised(words: str, before: str) -> str:
    """The words as a superscript after a character: `10⁶`, `e^x`; letters of `1st` stay."""
    if before.isdecimal() and len(words) > 1 and words.isalpha():
        return words
    return _moved(words, _UP, "^")


def lowered(words: str) -> str:
    """The words as a subscript: `H₂O`, `a_max`."""
    return _moved(words, _DOWN, "_")


def _moved(words: str, signs: dict[int, int], mark: str) -> str:
    bare = words.strip()
    if all(ord(each) in signs for each in bare):
        return words.translate(signs)
    return words.replace(bare, f"{mark}{bare}" if _ONE.fullmatch(bare) else f"{mark}({bare})")
