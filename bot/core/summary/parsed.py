"""What a sentence can do without, told from a dependency parse.

The parse does two things. It finds clauses behind a comma that no wording gives away, and it
refuses a cut by wording that would take away what the verb needs: a subject, an object, a negation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.core.summary.cuts import Cut
from bot.core.summary.parse import Token
from bot.core.summary.words import found, words

NEEDED = frozenset(
    """
    ROOT nsubj nsubjpass csubj csubjpass dobj obj iobj dative attr acomp oprd ccomp xcomp pcomp pobj
    aux auxpass neg prt expl cop
    """.split()  # noqa: SIM905 - a list of words is read more easily than a list of strings
)
"""Dependencies without which their head is no longer said, or says something else."""

ASIDES = frozenset(["appos", "relcl", "advcl", "acl"])
"""Dependencies of what only adds something, where a comma stands before it."""

BY_WORDING = frozenset(["how", "what for", "an addition", "examples", "a relative clause"])
"""Cuts by wording that a parse can refuse; the others take whole statements, or marked remarks."""


def cuts(tokens: Sequence[Token]) -> Iterator[Cut]:
    """The asides of a sentence behind a comma, up to the next comma or the end."""
    for token in tokens:
        if token.dep in ASIDES:
            first, last = _reach(tokens, token)
            if _stands_apart(tokens, first, last):
                yield _cut(tokens, first, last)


def agrees(cut: Cut, tokens: Sequence[Token]) -> bool:
    """Whether the parse lets a cut by wording be made."""
    if cut.what not in BY_WORDING:
        return True
    inside = {token.index for token in tokens if any(a <= token.start < b for a, b in cut.spans)}
    tops = [token for token in tokens if token.index in inside and token.head not in inside]
    return all(token.dep not in NEEDED and token.index != token.head for token in tops)


def _reach(tokens: Sequence[Token], top: Token) -> tuple[int, int]:
    """The first and the last token that hang on `top`, itself included."""
    inside = {top.index}
    grown = True
    while grown:
        more = {token.index for token in tokens if token.head in inside}
        grown = not more <= inside
        inside |= more
    return min(inside), max(inside)


def _stands_apart(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether commas part the stretch from what stays, and nothing in it limits the statement."""
    if first == 0 or tokens[first - 1].text != "," or last + 1 >= len(tokens):
        return False
    said = " ".join(token.text for token in tokens[first : last + 1])
    heavy = words("limits") | words("measures") | words("exceptions")
    limited = not heavy.isdisjoint(found(said)) or any(mark.isdigit() for mark in said)
    return tokens[last + 1].text in {",", ".", "!", "?"} and not limited


def _cut(tokens: Sequence[Token], first: int, last: int) -> Cut:
    """The stretch with the comma before it, and the one behind it."""
    after = tokens[last + 1]
    end = after.end if after.text == "," else after.start
    return Cut(spans=((tokens[first - 1].start, end),), what="an aside", sure=0.9)
