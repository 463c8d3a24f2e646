"""Which runs of characters X counts as one emoji.

X counts an emoji as 2 however many characters it is written with, and a lone one weighs 2
anyway; so only the runs matter: keycaps, flags, skin tones, style marks and joined families.

The table is Emoji 11, what X's published library knows. X itself may know newer runs, but does
not say which; these are counted by their parts, which is never too short.
"""

import re
from collections.abc import Iterable
from functools import cache

from bot.core.data import table

STYLE = "\ufe0f"
JOIN = "\u200d"
KEYCAP = f"[#*0-9]{STYLE}?\u20e3"
TONE = "[\U0001f3fb-\U0001f3ff]"

_MARKS = re.compile(f"[{STYLE}{JOIN}\u20e3\U0001f3fb-\U0001f3ff\U0001f1e6-\U0001f1ff\U000e007f]")
"""Each run holds one of these; most texts hold none."""

_FIRST = "#*0-9\xa9-\U0010ffff"
"""Nothing else begins a run: a small class, which is tried on every character, is fast to try."""


def without_runs(text: str) -> tuple[str, int]:
    """What is left of `text` without the emoji of several characters, and how many those are."""
    return _runs().subn("", text) if _MARKS.search(text) else (text, 0)


@cache
def _runs() -> re.Pattern[str]:
    """Matches each such emoji, the longest first; what can begin none is passed over."""
    joined = {ord(_written_out(word)[0]) for word in table("emoji.txt")["joined"]}
    known = _code_points("styled") | _code_points("toned") | _code_points("gendered")
    runs = "|".join((*_joined(), KEYCAP, *_marked(), *_flags()))
    begins = f"[#*0-9]|[\U0001f1e6-\U0001f1ff]|{_any(known | joined)}"
    return re.compile(f"(?=[{_FIRST}])(?={begins})(?:{runs})")


def _joined() -> Iterable[str]:
    """Emoji joined to a role or a gender, and those that are written out one by one."""
    styled, toned = _code_points("styled"), _code_points("toned")
    roles, gendered = _code_points("roles"), _code_points("gendered")
    role = f"(?:{_any(roles & styled)}{STYLE}|{_any(roles - styled)})"
    yield f"[\U0001f468\U0001f469]{TONE}?{JOIN}{role}"
    gender = f"{JOIN}[\u2640\u2642]{STYLE}"
    yield f"{_any(gendered & styled)}(?:{STYLE}|{TONE}){gender}"
    yield f"{_any(gendered & toned - styled)}{TONE}?{gender}"
    yield f"{_any(gendered - styled - toned)}{gender}"
    yield from sorted(map(_written_out, table("emoji.txt")["joined"]), key=len, reverse=True)


def _marked() -> Iterable[str]:
    """Emoji with a style mark, a skin tone, or both."""
    styled, toned = _code_points("styled"), _code_points("toned")
    yield f"{_any(styled & toned)}{STYLE}?{TONE}"
    yield f"{_any(styled)}{STYLE}"
    yield f"{_any(toned)}{TONE}"


def _flags() -> Iterable[str]:
    """A country's two letters, in the letters that flags are spelt with."""
    seconds: dict[str, str] = {}
    for flag in table("emoji.txt")["flags"]:
        seconds[flag[0]] = seconds.get(flag[0], "") + _flag_letter(flag[1])
    return (f"{_flag_letter(first)}[{letters}]" for first, letters in seconds.items())


def _flag_letter(letter: str) -> str:
    return chr(ord(letter) - ord("A") + ord("\U0001f1e6"))


def _code_points(section: str) -> frozenset[int]:
    return frozenset(
        code
        for word in table("emoji.txt")[section]
        for first, _, last in [word.partition("..")]
        for code in range(int(first, 16), int(last or first, 16) + 1)
    )


def _any(codes: Iterable[int]) -> str:
    return f"[{''.join(map(chr, sorted(codes)))}]"


def _written_out(word: str) -> str:
    return "".join(chr(int(code, 16)) for code in word.split("-"))
