"""Who is mentioned, and writing an `@` so that nobody is called who did not speak first.

A zero-width space behind the sign keeps the words readable and is no mention on any network:
X and Mastodon both need a letter, digit or underscore right behind it, and on Bluesky only a
facet makes a mention. It is the way that bots on code hosts have long used for this.

Only a Latin letter, a digit or an underscore before the sign keeps X from calling somebody:
`.@ada` is the oldest way to call in public, and `聞く@ada` calls, too.
"""

from __future__ import annotations

import regex

from bot.core.links import links

BREAK = "\u200b"
_LIVE = regex.compile(
    r"(?:(?<![A-Za-z0-9_])|(?<=(?<![A-Za-z0-9_+~.\-])[Rr][Tt]))[@＠](?=[\p{L}\p{N}_])"
)

_CALL = regex.compile(r"(?<![\p{L}\p{N}_])[@＠][\p{L}\p{N}_]+(?:[.\-@]+[\p{L}\p{N}_]+)*")

_MENTION = regex.compile(r"(?<![=/\w])@\w+(?:[.\-]+\w+)*(?:@[\w.\-]*\w)?")
"""A mention as Mastodon reads it (Account::MENTION_RE)."""


def mentions(text: str, handle: str) -> bool:
    """Whether a text mentions the person of this handle, and not one whose handle begins so."""
    inside = [range(link.start, link.end) for link in links(text)]
    return any(
        found[0].casefold() == f"@{handle.lstrip('@')}".casefold()
        for found in _MENTION.finditer(text)
        if not any(found.start() in span for span in inside)
    )


def without_calls(text: str) -> str:
    """The text without the names of those whom it calls, as somebody else wrote it."""
    return str(_CALL.sub(" ", text))


def unmentioned(text: str) -> str:
    """The text with each `@` that would mention somebody made harmless; addresses stay whole."""
    if "@" not in text and "＠" not in text:
        return text
    inside = [range(link.start, link.end) for link in links(text)]
    return str(
        _LIVE.sub(
            lambda at: at[0] + ("" if any(at.start() in span for span in inside) else BREAK), text
        )
    )
