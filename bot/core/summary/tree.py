"""A sentence as a tree: which words hang on which, and the stretch that each branch takes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from bot.core.summary.parse import Token

COMPLEMENTS = frozenset(
    ["dobj", "obj", "iobj", "dative", "attr", "acomp", "oprd", "xcomp", "ccomp"]
)
"""Dependencies of what a verb calls for behind it."""

NEEDED = frozenset(
    """
    nsubj nsubjpass csubj csubjpass expl dobj obj iobj dative attr acomp oprd ccomp xcomp pcomp pobj
    aux auxpass neg prt cop
    """.split()  # noqa: SIM905 - a list of words is read more easily than a list of strings
)
"""Dependencies without which their head is no longer said, or says something else."""

SUBJECTS = frozenset(["nsubj", "nsubjpass", "csubj", "csubjpass", "expl"])
"""Dependencies of what a verb is said of."""


class Tree:
    """The tokens of one sentence that was read as one statement, and their branches."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self._below: list[list[Token]] = [[] for _ in tokens]
        for token in tokens:
            if token.head != token.index:
                self._below[token.head].append(token)

    @cached_property
    def root(self) -> Token | None:
        """The verb of the statement; none where the parser saw several statements, or nothing."""
        roots = [token for token in self.tokens if token.head == token.index]
        return roots[0] if len(roots) == 1 else None

    def below(self, top: Token, *deps: str) -> list[Token]:
        """What hangs on a token directly, of these dependencies or of any."""
        return [token for token in self._below[top.index] if not deps or token.dep in deps]

    def branch(self, top: Token) -> list[Token]:
        """The token with all that hangs on it, in the order of the sentence."""
        found, waiting = [], [top]
        while waiting:
            token = waiting.pop()
            found.append(token)
            waiting.extend(self._below[token.index])
        return sorted(found, key=lambda token: token.index)

    def stretch(self, top: Token) -> tuple[int, int] | None:
        """The indexes of the first and last token of a branch, or None where it has gaps."""
        taken = self.branch(top)
        first, last = taken[0].index, taken[-1].index
        return (first, last) if last - first + 1 == len(taken) else None

    def text(self, first: int, last: int) -> str:
        """The words from one token to another, as they stand."""
        parts = (t.text + (" " if t.space else "") for t in self.tokens[first : last + 1])
        return "".join(parts).strip()

    def complements(self, verb: Token) -> list[Token]:
        """What the verb calls for behind it."""
        return [token for token in self.below(verb) if token.dep in COMPLEMENTS]

    def subject(self, verb: Token) -> Token | None:
        """What the verb is said of."""
        return next((token for token in self.below(verb) if token.dep in SUBJECTS), None)

    def is_new(self, noun: Token) -> bool:
        """Whether a thing is brought in by "a" or "an", so that nobody knows it yet."""
        return any(token.text.lower() in {"a", "an"} for token in self.below(noun, "det"))
