"""Whether a shortened sentence, read anew, still says what the parse of the whole said.

A parser can be wrong about a sentence, and then so is every cut that follows from it. It is seldom
wrong twice in the same way: what is left is read again, and each word that a verb or a preposition
calls for must hang where it hung before, on the same verb, denied or not as before.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from bot.core.summary.cuts import Cut
from bot.core.summary.parse import Token
from bot.core.summary.tree import NEEDED, Tree

HELD = NEEDED | {"mark"}
"""Dependencies that must hold: what a verb or a preposition calls for, and what opens a clause."""


JOINING = "joining words"
"""A cut of subject and auxiliary that leaves their participle in its place."""


def agree(whole: Sequence[Token], cuts: Iterable[Cut], rest: Sequence[Token]) -> bool:
    """Whether the parse of what is left says the same as that of the whole sentence.

    Where a cut took the first of two statements, what is left is compared with the second.
    """
    before, after = Tree(whole), Tree(rest)
    gone = [(start, end, cut.what) for cut in cuts for start, end in cut.spans]
    kept = [token for token in whole if not any(a <= token.start < b for a, b, _ in gone)]
    was = _places(rest, kept)
    if was is None or before.root is None or after.root is None:
        return False
    verb = was[after.root.index]
    if verb.index != before.root.index and before.root in kept:
        return False
    there = {token.index for token in kept}
    had = {(token.index, token.head) for token in kept if token.dep in HELD and token.head in there}
    has = {(was[t.index].index, was[t.head].index) for t in rest if t.dep in HELD}
    hung = {token.index for token in kept if token.head in there}
    joined = [(a, b) for a, b, what in gone if what == JOINING]
    lost = (token for token in whole if token.index not in there and token.head in there)
    return had == {bond for bond in has if bond[0] in hung} and not any(
        _is_missed(before, token, has)
        for token in lost
        if not any(a <= token.start < b for a, b in joined)
    )


def _is_missed(tree: Tree, token: Token, has: Container[tuple[int, int]]) -> bool:
    """Whether a word that was needed is gone, and none that hung on it has taken its place."""
    return token.dep in NEEDED and not any(
        (one.index, token.head) in has and one.dep not in NEEDED for one in tree.branch(token)
    )


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
