"""Whether a shortened sentence, read anew, still says what the parse of the whole said.

A parser can be wrong about a sentence, and then so is every cut that follows from it. It is seldom
wrong twice in the same way: what is left is read again, and each word that a verb or a preposition
calls for must hang where it hung before, on the same verb, denied or not as before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from bot.core.summary.cuts import Cut
from bot.core.summary.parse import Token
from bot.core.summary.tree import NEEDED, Tree

HELD = NEEDED | {"mark"}
"""Dependencies that must hold: what a verb or a preposition calls for, and what opens a clause."""

JOINING = "joining words"
"""A cut of subject and auxiliary that leaves their participle in its place."""

Bonds = AbstractSet[tuple[int, int]]
"""Which word hangs on which, by their places in the whole sentence."""


def agree(whole: Sequence[Token], cuts: Collection[Cut], rest: Sequence[Token]) -> bool:
    """Whether the parse of what is left says the same as that of the whole sentence.

    Where a cut took the first of two statements, what is left is compared with the second.
    """
    before, after = Tree(whole), Tree(rest)
    kept = [token for token in whole if not _is_in(token, cuts)]
    was = _places(rest, kept)
    if was is None or before.root is None or after.root is None:
        return False
    if before.root in kept and was[after.root.index] != before.root:
        return False
    has = {(was[one.index].index, was[one.head].index) for one in rest if one.dep in HELD}
    return _holds(kept, has) and not _misses(before, kept, cuts, has)


def _is_in(token: Token, cuts: Iterable[Cut]) -> bool:
    return any(start <= token.start < end for cut in cuts for start, end in cut.spans)


def _holds(kept: Sequence[Token], has: Bonds) -> bool:
    """Whether each word whose head is still there hangs on it as before, and on nothing else."""
    there = {token.index for token in kept}
    hung = {token.index for token in kept if token.head in there}
    had = {(token.index, token.head) for token in kept if token.index in hung and token.dep in HELD}
    return had == {bond for bond in has if bond[0] in hung}


def _misses(tree: Tree, kept: Sequence[Token], cuts: Iterable[Cut], has: Bonds) -> bool:
    """Whether a word that is still there lost one that it needs, and has no other in its place."""
    there = {token.index for token in kept}
    joining = [cut for cut in cuts if cut.what == JOINING]
    return any(
        token.dep in NEEDED and not _is_in(token, joining) and not _is_replaced(tree, token, has)
        for token in tree.tokens
        if token.index not in there and token.head in there
    )


def _is_replaced(tree: Tree, token: Token, has: Bonds) -> bool:
    """Whether another name of a thing took its place: "the tool Tee reads", "Tee reads"."""
    return any(
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
