"""Who is mentioned, and writing an `@` so that nobody is called who did not speak first.

A zero-width space behind the sign keeps the words readable and is no mention on any network:
X and Mastodon both need a letter, digit or underscore right behind it, and on Bluesky only a
facet makes a mention. It is the way that bots on code hosts have long used for this.

Only a Latin letter, a digit or an underscore before the sign keeps X from calling somebody:
`.@ada` is the oldest way to call in public, and `聞く@ada` calls, too.
"""

from collections.abc import Callable

import regex

from bot.core.text.counting.links import links
from bot.core.text.web_addresses import addresses

BREAK = "\u200b"
_LIVE = regex.compile(
    r"(?:(?<![A-Za-z0-9_])|(?<=(?<![A-Za-z0-9_+~.\-])[Rr][Tt]))[@＠](?=[\p{L}\p{N}_])"
)

_IN_ADDRESS = "/?&=#"

_CALL = regex.compile(r"(?<![\p{L}\p{N}_])[@＠][\p{L}\p{N}_]+(?:[.\-@]+[\p{L}\p{N}_]+)*")

_MENTION = regex.compile(r"(?<![=/\w])@\w+(?:[.\-]+\w+)*(?:@[\w.\-]*\w)?")
"""A mention as Mastodon reads it (Account::MENTION_RE)."""


def mentions(text: str, handle: str) -> bool:
    """Whether a text mentions the person of this handle, and not one whose handle begins so."""
    inside = _whole(text)
    return any(
        found[0].casefold() == f"@{handle.lstrip('@')}".casefold()
        for found in _MENTION.finditer(text)
        if not inside(found.start())
    )


def without_calls(text: str) -> str:
    """The text without the names of those whom it calls, as somebody else wrote it."""
    inside = _whole(text)
    return str(_CALL.sub(lambda call: call[0] if inside(call.start()) else " ", text))


def unmentioned(text: str) -> str:
    """The text with each `@` that would mention somebody made harmless; addresses stay whole."""
    if "@" not in text and "＠" not in text:
        return text
    inside = _whole(text)
    return str(_LIVE.sub(lambda at: at[0] if inside(at.start()) else f"{at[0]}{BREAK}", text))


def _whole(text: str) -> Callable[[int], bool]:
    """What tells whether a place is inside an address, where nobody is called.

    Letters of other scripts are part of an address where a sign of addresses stands behind them:
    in Japanese no blank stands between an address and the words behind it.
    """
    found = [range(link.start, link.end) for link in links(text)]
    whole = list(addresses(text))

    def inside(at: int) -> bool:
        return any(at in span for span in found) or any(
            at in span and (text[span.start : at].isascii() or text[at - 1] in _IN_ADDRESS)
            for span in whole
        )

    return inside
