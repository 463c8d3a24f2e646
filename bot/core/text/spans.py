"""Stretches of a text."""

from collections.abc import Iterable

Span = tuple[int, int]
"""Where a stretch begins and ends."""


def outside(text: str, spans: Iterable[Span]) -> list[str]:
    """What stands before, between and behind these stretches, which share no character."""
    kept, at = [], 0
    for start, end in sorted(spans):
        kept.append(text[at:start])
        at = end
    return [*kept, text[at:]]
