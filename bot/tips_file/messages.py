"""How messages to the operator are worded: foreign text made harmless, near names guessed."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.text.suggest import did_you_mean

_LONGEST = 48


def escape(text: str) -> str:
    """The text without anything that could move the cursor, break the line or turn it around."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else _spelled(sign) for sign in text)


def _spelled(sign: str) -> str:
    return sign.encode("unicode_escape").decode()


def quote(text: str) -> str:
    """What the operator wrote, in quotes, shortened, harmless."""
    cut = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return f"'{escape(cut)}'"


def hint(word: str, known: Sequence[str]) -> str:
    """What to do about an unknown name: take the near one, or one of those that are known."""
    listing = ", ".join(known)
    return did_you_mean(word[:64], known) or (
        f"use one of {listing}" if len(known) > 1 else f"use {listing}"
    )


def path_text(path: Sequence[str | int]) -> str:
    """A field's path as it is shown, `schedule[0].days`; a value in a field's list has its path."""
    shown = path[:-1] if len(path) > 2 and isinstance(path[-1], int) else path
    parts = (f"[{step}]" if isinstance(step, int) else f".{escape(step)[:64]}" for step in shown)
    return "".join(parts).removeprefix(".")
