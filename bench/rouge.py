"""ROUGE-1, ROUGE-2 and ROUGE-L (Lin, 2004): how many words two short texts share.

Words are runs of ASCII letters and digits in lower case, as they stand or as Porter's stems: the
readings of the package rouge-score without and with `use_stemmer`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from bench.stemmer import stem

_WORD = re.compile(r"[a-z0-9]+")

Scores = tuple[float, float, float]


def best(text: str, references: Iterable[str], *, stems: bool = False) -> Scores:
    """The F1 of ROUGE-1, 2 and L, each against the reference that agrees with the text most."""
    found = [scores(text, reference, stems=stems) for reference in references]
    return (
        max(one for one, _, _ in found),
        max(two for _, two, _ in found),
        max(longest for _, _, longest in found),
    )


def scores(text: str, reference: str, *, stems: bool = False) -> Scores:
    """The F1 of ROUGE-1, 2 and L of a text against one reference, from 0 to 1."""
    ours, theirs = _words(text, stems=stems), _words(reference, stems=stems)
    return (
        _overlap(_grams(ours, 1), _grams(theirs, 1)),
        _overlap(_grams(ours, 2), _grams(theirs, 2)),
        _f1(_longest(ours, theirs), len(ours), len(theirs)),
    )


def _words(text: str, *, stems: bool) -> list[str]:
    found = _WORD.findall(text.lower())
    return [stem(word) for word in found] if stems else found


def _grams(words: Sequence[str], size: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(words[start:] for start in range(size)), strict=False))


def _overlap(ours: Counter[tuple[str, ...]], theirs: Counter[tuple[str, ...]]) -> float:
    return _f1((ours & theirs).total(), ours.total(), theirs.total())


def _f1(shared: int, ours: int, theirs: int) -> float:
    """The harmonic mean of precision and recall, 0 where nothing is shared."""
    return 2 * shared / (ours + theirs) if shared else 0.0


def _longest(ours: Sequence[str], theirs: Sequence[str]) -> int:
    """The length of the longest common subsequence."""
    row = [0] * (len(theirs) + 1)
    for word in ours:
        before = 0
        for at, other in enumerate(theirs, 1):
            before, row[at] = row[at], before + 1 if word == other else max(row[at], row[at - 1])
    return row[-1]
