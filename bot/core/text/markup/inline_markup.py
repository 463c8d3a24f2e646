"""Plain text for links, superscripts, subscripts, pictures and content warnings."""

import re
import unicodedata
from urllib.parse import unquote

_PROTOCOL = re.compile(r"https?://(?:www\.)?|www\.", re.IGNORECASE)
_NAME = re.compile(r"[@#\uff20\uff03][\w.@-]+")
"""A mention or a hashtag: networks make links of them, whose addresses say nothing more."""

_EMOJI = re.compile(r":\w+:")
_CUT = re.compile(r"(?:…|\.\.\.)$")

_UP = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")  # noqa: RUF001 - the minus is one
_DOWN = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")  # noqa: RUF001 - the minus is one
_ONE = re.compile(r"\w+|\[.*\]|\(.*\)")

DESCRIPTION_MAX = 1500
"""Characters of a description that are kept, as many as Mastodon takes."""


def with_address(words: str, address: str) -> str:
    """The words of a link, as they are or with the address that they leave out."""
    said = words.strip()
    if _NAME.fullmatch(said) or _key(said) == _key(address):
        return words
    begun = _CUT.sub("", said)
    if begun != said and _key(address).startswith(_key(begun)):
        return words.replace(said, address)
    return words.replace(said, f"{said} ({address})")


def _key(address: str) -> str:
    """An address as it is compared: without protocol, in one spelling."""
    host, slash, rest = _PROTOCOL.sub("", address, count=1).partition("/")
    rest = unicodedata.normalize("NFC", unquote(rest)).rstrip("/")
    return _host(host) + (slash if rest else "") + rest


def _host(host: str) -> str:
    lower = unicodedata.normalize("NFC", host).lower()
    try:
        return lower.encode("ascii").decode("idna")
    except UnicodeError:
        return lower


def raised(words: str, before: str) -> str:
    """The words as a superscript after a character: `10⁶`, `e^x`; letters of `1st` stay."""
    if before.isdecimal() and len(words) > 1 and words.isalpha():
        return words
    return _moved(words, _UP, "^")


def lowered(words: str) -> str:
    """The words as a subscript: `H₂O`, `a_max`."""
    return _moved(words, _DOWN, "_")


def _moved(words: str, signs: dict[int, int], mark: str) -> str:
    bare = words.strip()
    if all(ord(each) in signs for each in bare):
        return words.translate(signs)
    return words.replace(bare, f"{mark}{bare}" if _ONE.fullmatch(bare) else f"{mark}({bare})")


def attachment(kind: str, description: str | None = None) -> str:
    """An attachment as text: `[Picture: a cat on a mat]`, or `[Picture]` without a description."""
    words = " ".join((description or "").split())[:DESCRIPTION_MAX]
    return f"[{kind}: {words}]" if words else f"[{kind}]"


def warning_line(warning: str) -> str:
    """The line before words with a content warning, where they cannot be folded."""
    return f"Content warning: {warning}"


def picture(alt: str | None) -> str:
    """The text for a picture: nothing for a decoration, the emoji where the picture is one."""
    words = " ".join((alt or "").split())
    has_letters = any(mark.isalnum() for mark in words)
    if alt is not None and (not has_letters or _EMOJI.fullmatch(words)):
        return words
    return attachment("Picture", words)
