"""The door to a grammar: what a dependency parser tells about a sentence.

The rules over a parse live in the core; what loads a model lives outside, and is handed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A word or mark of a sentence, in the terms of Penn tags and CLEAR dependencies.

    `start` is where it begins in the sentence, `space` whether white space follows, `head` the
    index of the token that it depends on (its own for the root).
    """

    index: int
    start: int
    text: str
    tag: str
    dep: str
    head: int
    space: bool

    @property
    def end(self) -> int:
        """Where it ends in the sentence."""
        return self.start + len(self.text)


class Parser(Protocol):
    """A dependency parser for one language; what it says is remembered by its identity."""

    def __hash__(self) -> int: ...

    @property
    def language(self) -> str:
        """The language that it reads, as a two-letter code; others are never given to it."""
        ...

    def parse(self, sentence: str) -> tuple[Token, ...]:
        """The tokens of one sentence in their order, covering all but its white space.

        The same sentence always gives the same tokens. A sentence that it cannot read gives none.
        """
        ...


def reads(parser: Parser, language: str | None) -> bool:
    """Whether the parser reads a tip's language; a tip that names none is English."""
    tongue = (language or "en").replace("_", "-").split("-")[0].lower()
    return (tongue or "en") == parser.language


@lru_cache(maxsize=512)
def read(parser: Parser, sentence: str) -> tuple[Token, ...]:
    """The tokens of a sentence; what was read lately is not read again."""
    return parser.parse(sentence)
