"""Numbers of things, in words."""

from __future__ import annotations


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 tip`, `2 tips`; with a `plural` for nouns that have another."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"
