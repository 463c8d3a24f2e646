"""What a stretch of a parsed sentence carries, and what the rest carries: what must not be lost."""

from __future__ import annotations

import re

from bot.core.summary import guards
from bot.core.summary.parse import Token
from bot.core.summary.tree import Tree
from bot.core.summary.words import found, words

_CHOICES = frozenset(["or", "either"])
"""What chooses may go with all its branches, and a branch of the tree holds all of them."""

_COUNTED = re.compile(r"JJR|JJS|RBR|RBS|CD")
"""Penn tags of comparatives, superlatives and numbers."""


def is_light(tree: Tree, first: int, last: int) -> bool:
    """Whether nothing in a stretch denies, sets a condition, compares, counts or names code."""
    said = tree.text(first, last)
    heavy = words("limits") | words("exceptions") | (words("measures") - _CHOICES)
    if not heavy.isdisjoint(found(said)) or guards.counts(said):
        return False
    tags = (token.tag for token in tree.tokens[first : last + 1])
    return not guards.is_code(said) and not any(map(_COUNTED.match, tags))


def binds(tree: Tree) -> bool:
    """Whether something in the sentence denies, or sets a condition."""
    return not words("limits").isdisjoint(found(tree.text(0, len(tree.tokens) - 1)))


def advises(tree: Tree, root: Token | None) -> bool:
    """Whether the reader is told or allowed to do something: then how is the tip."""
    subject = tree.subject(root) if root else None
    return subject is None or subject.text.lower() == "you"


def is_news(other: Token, verb: Token) -> bool:
    """Whether the second of two verbs brings something new, and the first does not."""
    new = words("makers") | words("second")
    return other.text.lower() in new and verb.text.lower() not in new
