"""The wording of messages to the operator: foreign text made harmless, similar names proposed."""

from collections.abc import Sequence

from bot.core.text.suggest import did_you_mean

_LONGEST = 48


def escape(text: str) -> str:
    """The text without characters that move the cursor, break the line or reverse it."""
    if text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text
    )


def quote(text: str) -> str:
    """The operator's text in quotes, shortened and harmless."""
    cut = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return f"'{escape(cut)}'"


def hint(word: str, known: Sequence[str]) -> str:
    """The advice for an unknown name: a similar one, or the list of those that are known."""
    listing = ", ".join(known)
    return did_you_mean(word[:64], known) or (
        f"use one of {listing}" if len(known) > 1 else f"use {listing}"
    )
