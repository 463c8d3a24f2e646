"""Whether a parse lets a cut be made that wording gave away."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.summary.burden import is_news
from bot.core.summary.cuts import Cut
from bot.core.summary.parse import Token
from bot.core.summary.tree import NEEDED, Tree
from bot.core.summary.wording import weight

ADDITIONS = frozenset(["how", "what for", "an addition", "examples", "a relative clause"])
"""Cuts of what hangs on a statement; others take whole statements, or marked remarks."""

FEWEST = 4
"""So many words that say something are left of a statement that loses how it comes about."""

DESCRIPTIONS = frozenset(["what it does", "what for"])
"""Cuts that leave a thing without what was said of it."""


def agrees(cut: Cut, tokens: Sequence[Token]) -> bool:
    """Whether nothing goes that its verb needs, and what is left says something."""
    inside = {token.index for token in tokens if any(a <= token.start < b for a, b in cut.spans)}
    tops = [token for token in tokens if token.index in inside and token.head not in inside]
    if cut.what in ADDITIONS and any(_is_needed(token) for token in tops):
        return False
    if cut.what in DESCRIPTIONS and tops and not _tells(tokens, min(inside)):
        return False
    if cut.what == "how" and weight(_rest(tokens, inside)) < FEWEST:
        return False
    tree = Tree(tokens)
    if cut.what == "a second statement":
        return not any(is_news(token, tree.tokens[token.head]) for token in tops)
    return True


def _rest(tokens: Sequence[Token], inside: set[int]) -> str:
    return " ".join(token.text for token in tokens if token.index not in inside)


def _is_needed(token: Token) -> bool:
    return token.dep in NEEDED or token.index == token.head


def _tells(tokens: Sequence[Token], end: int) -> bool:
    """Whether a new thing that loses its description still says which kind of thing it is."""
    start = next((at for at in range(end - 1, -1, -1) if tokens[at].text in {"a", "an"}), None)
    return start is None or weight(" ".join(one.text for one in tokens[start:end])) > 0
