"""Web addresses: the parts of one, and where those with a protocol stand in a text.

They are found whole, whether or not a network makes links of them.
`bot.core.text.counting.links` knows what X takes for a link: it wants a top-level domain and
stops at letters of other scripts. What an operator wrote as an address is one on a local host, too.
"""

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

import regex

PORTS = {"http": 80, "https": 443}
"""The default port of each protocol of the web."""

_ADDRESS = regex.compile(
    r"(?<![A-Za-z0-9+.\-])[A-Za-z][A-Za-z0-9+.\-]*+://"
    r"(?:\[[0-9A-Fa-f:.]++\])?[\p{L}\p{M}\p{N}\-._~:/?#@!$&'()*+,;=%|…]++"
)
_NEVER_LAST = frozenset(".,;:!?'*_~@&|…")
_AS_PAIR = {")": "("}


def web_parts(address: str, longest: int | None = None) -> SplitResult | None:
    """The parts of an absolute address of the web, at most `longest` characters; None for others.

    It has http or https for its protocol, a host, and a port that can be one, if any.
    """
    try:
        parts = urlsplit(address)
        is_web = parts.scheme in PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if is_web and (longest is None or len(address) <= longest) else None


def is_loopback(address: str) -> bool:
    """Whether an address of the web leads to this very machine."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def addresses(text: str) -> Iterator[range]:
    """Where each address stands, in order, without the punctuation of the sentence around it."""
    if "://" not in text:
        return
    for found in _ADDRESS.finditer(text):
        start, end = found.span()
        first = text.index("://", start) + len("://")
        while end > first and _is_around(text[start:end]):
            end -= 1
        if end > first:
            yield range(start, end)


def _is_around(address: str) -> bool:
    """Whether the last sign belongs to the sentence rather than to the address."""
    last = address[-1]
    opening = _AS_PAIR.get(last)
    return last in _NEVER_LAST or (
        opening is not None and address.count(last) > address.count(opening)
    )
