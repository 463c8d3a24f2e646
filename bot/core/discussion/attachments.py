"""What came with somebody's words, told in words: never the picture itself."""

from __future__ import annotations

LONGEST = 1500
"""Characters of a description that are kept, as many as Mastodon takes."""


def told(kind: str, description: str | None = None) -> str:
    """`[Picture: a cat on a mat]`, or `[Picture]` where nobody described it."""
    words = " ".join((description or "").split())[:LONGEST]
    return f"[{kind}: {words}]" if words else f"[{kind}]"


def warning_line(warning: str) -> str:
    """What stands before words with a warning, where they cannot be folded."""
    return f"Content warning: {warning}"
