"""The marks at the end of sentences, and between them, in the script of a text."""

from collections.abc import Sequence

import regex

from bot.core.text.web_addresses import addresses

_FULL_STOPS = (
    (regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}]\W*$"), "。"),
    (regex.compile(r"[\p{Devanagari}\p{Bengali}]\W*$"), "।"),
)
"""The full stop of a script, by a text's last letter."""

_NO_BLANK = regex.compile(
    r"(?<=[\u3001\u3002\uff01\uff1a\uff1b\uff1f])\s(?=\S*[\p{Han}\p{Hiragana}\p{Katakana}])"
)
"""A blank before a word of a script that has none; a word of another script keeps it."""

LIST_MARKS = {"ja": "、", "zh": "\uff1b", "ar": "\u061b"}
"""Between the items of a list, by language; in others a semicolon."""

_LOOSE_END = regex.compile(
    r"(?<=[\p{L}\p{M}\p{N}\p{Pe}\p{Pf}])(?:\s*[,;、\uff0c\uff1b،\u061b]|\s+[—–])+\s*$"
)
"""A mark that ties a text to one that is not there."""

_EMOJI_END = regex.compile(
    r"(?:(?![©®™‼⁉])\p{Extended_Pictographic}|[\p{Regional_Indicator}\p{Emoji_Modifier}\u20e3])\p{M}*$"
)

_CLOSED = regex.compile(r"[\p{Sentence_Terminal}…:\uff1a][\p{Pe}\p{Pf}\p{Cf}\"']*$")


def joined(pieces: Sequence[str]) -> str:
    """Sentences in a row: a blank between them, but in scripts that have none."""
    text = " ".join(pieces)
    return text if text.isascii() else str(_NO_BLANK.sub("", text))


def closed(text: str) -> str:
    """The text with a full stop, where it has no mark at its end.

    None stands behind an emoji, nor behind an address, of which networks could take it for a part.
    """
    text = finished(text)
    return text if not text or has_end(text) or ends_in_sign(text) else text + full_stop(text)


def has_end(text: str) -> bool:
    """Whether a text ends with a mark that ends a sentence."""
    return _CLOSED.search(text) is not None


def ends_in_sign(text: str) -> bool:
    """Whether a text ends with an emoji or an address."""
    if not text.isascii() and _EMOJI_END.search(text):
        return True
    return any(span.stop == len(text) for span in addresses(text))


def finished(text: str) -> str:
    """The text without a comma, semicolon or dash at its end."""
    return str(_LOOSE_END.sub("", text))


def full_stop(text: str) -> str:
    """The full stop of the script in which a text ends."""
    if text.isascii():
        return "."
    return next((stop for letter, stop in _FULL_STOPS if letter.search(text)), ".")
