"""Decides which comments and responses are held until the operator has read them."""

import unicodedata
from collections.abc import Callable, Iterator
from ipaddress import ip_address

import regex

from bot.core.model.config import Hold
from bot.core.text.counting.hosts import endings, today
from bot.core.text.counting.links import FILES, links

_ADDRESS = regex.compile(
    r"\w{2,}:[/\\]+[^\s/\\]"  # a protocol, with as many strokes as somebody likes
    r"|//[\w-]+\.\w"
    r"|\bwww\."
    r"|\b(?:mailto|tel|sms|data|javascript|magnet|geo):\S"
    r"|[^\s@<>()]@[^\W_][\w-]*\.[^\W\d_]{2}",  # of a mailbox, or of somebody's account
    regex.IGNORECASE,
)
_FULL_STOP = regex.compile(
    # The ideographic full stop ends sentences; beside letters of other scripts it parts a host.
    r"(?<=[[\p{L}\p{N}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]])。(?=\p{Latin})"
    r"|(?<=[\p{Latin}\p{Cyrillic}\p{Greek}\p{N}])。(?=[\p{L}--[\p{Han}\p{Hiragana}\p{Katakana}]])",
    regex.VERSION1,
)
_FOUR = regex.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\w)")
_SIX = regex.compile(r"(?<![\w:])(?=[:.]*[0-9a-f]{3})[0-9a-f]*(?::[0-9a-f.]*){2,}", regex.I)
_HOST = regex.compile(r"[\p{L}\p{N}\p{M}_-]$")
_PROGRAMS = FILES - {"zip", "mov"}
"""Ends of names of files that readers and networks seldom take for a host."""


def is_held(words: str, hold: Hold, is_known: Callable[[], bool]) -> bool:
    """Whether a comment of these words is held; `is_known` says whether its author is."""
    match hold:
        case Hold.ALL:
            return True
        case Hold.NONE:
            return False
        case Hold.NEW:
            return has_link(words) or not is_known()
        case Hold.LINKS:
            return has_link(words)


def has_link(words: str) -> bool:
    """Whether there is what a reader or a network would make a link of.

    An address with or without its protocol, of the web or of a mailbox, in any script, also in
    wide letters or with unseen marks in it; but not the name of a file, such as `main.py`.
    """
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKC", words)
        if unicodedata.category(letter) != "Cf"
    )
    plain = _FULL_STOP.sub(".", plain)
    return bool(_ADDRESS.search(plain)) or any(_places(plain))


def _places(text: str) -> Iterator[bool]:
    """Of each host and machine in the text, whether it leads somewhere."""
    yield from (_is_machine(found[0]) for found in _FOUR.finditer(text))
    yield from (_is_machine(found[0].rstrip(":.")) for found in _SIX.finditer(text))
    yield from (word.rpartition("。")[2] in today() for word in text.split() if "。" in word)
    yield from (_leads_somewhere(link.text) for link in links(text))
    for dot, end in endings(text, today()).items():
        if _HOST.search(text[max(dot - 1, 0) : dot]):
            yield _leads_somewhere(text[dot:end])


def _is_machine(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _leads_somewhere(name: str) -> bool:
    """Whether it is more than the name of a file."""
    return "/" in name or name.rpartition(".")[2].lower() not in _PROGRAMS
