"""Whether a shortened sentence, read anew, still says what the parse of the whole said.

A parser can be wrong about a sentence, and then so is every cut that follows from it. It is seldom
wrong twice in the same way: what is left is read again, and must have the same verb, said of the
same thing, with the same objects, and denied or not as before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.core.summary.cuts import Cut
from bot.core.summary.parse import Token
from bot.core.summary.tree import Tree


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
    if before.denied(verb) != after.denied(after.root):
        return False
    objects = [was[token.index] for token in after.complements(after.root)]
    said = after.subject(after.root)
    subject = before.subject(verb)
    return _same(before, before.complements(verb), objects) and (
        subject is None or _same(before, [subject], [was[said.index]] if said else [])
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


def _same(tree: Tree, needed: Sequence[Token], found: Sequence[Token]) -> bool:
    """Whether the things found are those that were needed, each itself or by its other name.

    In "the tool Tee reads" the one that reads is Tee as well as the tool.
    """
    if len(needed) != len(found):
        return False
    branches = [tree.branch(token) for token in needed]
    return all(any(token in branch for token in found) for branch in branches)
