"""Where a line may end: at blanks, and between characters of Chinese and Japanese.

Thai and its kin have no blanks between words either, but are not cut before they have to be: where
their words end, only a dictionary knows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

_ANYWHERE = regex.compile(
    r"[\p{Line_Break=ID}\p{Line_Break=CJ}\p{Line_Break=EB}\p{Line_Break=NS}"
    r"\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Yi}\p{Emoji_Presentation}"
    r"\p{Line_Break=CL}\p{Line_Break=OP}--[()\[\]{}<>]]",
    regex.VERSION1,
)
"""Characters beside which a line may end without a blank."""

_NOT_FIRST = regex.compile(
    r"[\p{Line_Break=CL}\p{Line_Break=CP}\p{Line_Break=EX}\p{Line_Break=IS}\p{Line_Break=SY}"
    r"\p{Line_Break=NS}\p{Line_Break=CJ}\p{Line_Break=IN}\p{Line_Break=PO}\p{Line_Break=GL}"
    r"\p{Line_Break=WJ}\p{Pf}\p{Po}\p{M}"
    r"\u0e2f\u0e30\u0e32\u0e33\u0e45\u0e46\u0eaf\u0eb0\u0eb2\u0eb3\u0ebd\u0ec6]"
)
"""Closing punctuation, small kana, and Thai and Lao vowels that follow their consonant."""

_NOT_LAST = regex.compile(
    r".*[\p{Line_Break=OP}\p{Line_Break=PR}\p{Line_Break=GL}\p{Line_Break=WJ}\p{Pi}"
    r"\u0e40-\u0e44\u0ec0-\u0ec4\u1039\u17d2]",
    regex.DOTALL,
)
"""Opening punctuation, vowels that precede their consonant, and signs that stack the next one."""

_HYPHEN = regex.compile(r"[-\u2010\u2013\u2014/]")
_DASH = regex.compile(r"\p{Pd}")
_REPEATED = "\u0e46\u0ec6"
"""Signs of Thai and Lao that repeat the word before them, behind a blank."""
_LETTER = regex.compile(r"\p{L}")


@dataclass(frozen=True, slots=True)
class Unit:
    """Clusters that stay on one line: from start to end, and to `after` with the blanks behind."""

    start: int
    end: int
    after: int


def units(parts: Sequence[str], start: int = 0, *, is_split: bool = False) -> list[Unit]:
    """The parts of a text between which a line may end; where it `is_split`, also inside words.

    The places are counted from `start`.
    """
    return [
        Unit(start + begin, start + end, start + after)
        for begin, end, after in _spans(parts, is_split=is_split)
    ]


def _spans(parts: Sequence[str], *, is_split: bool) -> Iterator[tuple[int, int, int]]:
    begin = 0
    for at in range(1, len(parts) + 1):
        if at == len(parts) or _may_break(parts, at, is_split=is_split):
            end = at
            while end > begin + 1 and parts[end - 1] == " ":
                end -= 1
            yield begin, end, at
            begin = at


def _may_break(parts: Sequence[str], at: int, *, is_split: bool) -> bool:
    """Whether a line may end before the cluster at this place."""
    before, after = parts[at - 1], parts[at]
    if after == " ":
        return False
    if before == " ":
        return not (after in _REPEATED or _is_dash(parts, at))
    if _NOT_FIRST.match(after) or _NOT_LAST.match(before):
        return False
    if is_split or _ANYWHERE.match(before) or _ANYWHERE.match(after):
        return True
    return at > 1 and bool(
        _HYPHEN.match(before) and _LETTER.match(parts[at - 2]) and _LETTER.match(after)
    )


def _is_dash(parts: Sequence[str], at: int) -> bool:
    """Whether a dash between blanks is there."""
    return _DASH.fullmatch(parts[at]) is not None and parts[at + 1 : at + 2] == [" "]
