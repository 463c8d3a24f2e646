"""Whether a shortened sentence, read anew, still says what the parse of the whole said.

A parser can be wrong about a sentence, and then so is every cut that follows from it. It is seldom
wrong twice in the same way: what is left is read again, and each word that a verb or a preposition
calls for must hang where it hung before, on the same verb, denied or not as before.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from bot.core.summary.cuts import Cut
from bot.core.summary.parse import Token
from bot.core.summary.tree import Tree

HELD = frozenset(
    """
    nsubj nsubjpass csubj csubjpass expl dobj obj iobj dative attr acomp oprd ccomp xcomp pcomp pobj
    aux auxpass neg prt mark
    """.split()  # noqa: SIM905 - a list of words is read more easily than a list of strings
)
"""Dependencies that must hold: subjects, objects, auxiliaries, negations, what opens a clause."""


def agree(whole: Sequence[Token], cuts: Iterable[Cut], rest: Sequence[Token]) -> bool:
    """Whether the parse of what is left says the same as that of the whole sentence.

    Where a cut took the first of two statements, what is left is compared with the second.
    """
    before, after = Tree(whole), Tree(rest)
    spans = [span for cut in cuts for span in cut.spans]
    kept = [token for token in whole if not any(a <= token.start < b for a, b in spans)]
    was = _places(rest, kept)
    if was is None or before.root is None or after.root is None:
        return False
    verb = was[after.root.index]
    if verb.index != before.root.index and before.root in kept:
        return False
    hung = {token.index for token in kept if token.head in {one.index for one in kept}}
    place = {token.index: token.index for token in kept}
    return _bonds(kept, place, hung) == _bonds(rest, {at: one.index for at, one in was.items()}, hung)


def _bonds(
    tokens: Sequence[Token], place: Mapping[int, int], hung: Container[int]
) -> frozenset[tuple[int, int]]:
    """Which word must hang on which, by their places in the whole sentence.

    Only those are asked about that have `hung` on a word which is still there.
    """
    held = (token for token in tokens if token.dep in HELD and place.get(token.index) in hung)
    return frozenset((place[token.index], place[token.head]) for token in held)


def _places(rest: Sequence[Token], kept: Sequence[Token]) -> Mapping[int, Token] | None:
    """For each token of the rest, which one of the whole it was; None where one was none.

    A comma can have gone with a cut beside it.
    """
    found: dict[int, Token] = {}
    left = iter(kept)
    for token in rest:
        same = next((one for one in left if one.text.lower() == token.text.lower()), None)
        if same is None:
            return None
        found[token.index] = same
    return found
