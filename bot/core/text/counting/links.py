"""What X takes for a link.

X finds links in plain text by rules of its own, and each of them counts 23 however long it is.
These are the rules of its published library (twitter-text 3.1.0, extractUrlsWithIndices), except
that the top-level domains are today's: `readme.md` is a link, since md is Moldova, and `node.js`
is none; a link may be glued to Japanese, but not to an `@`, `#` or `$` before it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.core.text.counting.hosts import LATIN, QUERY, Host, end_of_host, sites
from bot.core.text.counting.tlds import Endings, endings, published, today

MAX_URL = 4096
MAX_LABEL = 63
MAX_SHORT_PATH = 40  # a longer one makes a t.co address no link at all

_HTTPS = "https://"
_LATIN_LABELS = re.compile(rf"(?>(?:[-A-Za-z0-9{LATIN}]++\.)+)")
_SHORT = re.compile(rf"https?://t\.co/(?P<path>[a-z0-9]++)(?:{QUERY})?", re.IGNORECASE | re.ASCII)

_NO_START = frozenset("-_./")
"""A link without a protocol never begins behind one of these."""

_OTHER_DOTS = re.compile(r"[\u3002\uff0e\uff61]")
"""The full stops of East Asian scripts, which part a label when it is encoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A stretch of a text that X takes for a link: `text[start:end]`, in code points."""

    start: int
    end: int
    text: str


def links(text: str) -> tuple[Link, ...]:
    """What X takes for links in `text`, in their order, by the top-level domains of today."""
    return readings(text)[0]


@lru_cache(maxsize=64)
def readings(text: str) -> tuple[tuple[Link, ...], ...]:
    """The links of `text` in each way that X may see them: it is not known which names it knows.

    Nearly always there is one way; there are two, today's first, where a name is newer than X's
    library. The last few are remembered: the same text is asked about for account after account.
    """
    now = endings(text, today())
    if all(text[dot + 1 : end].lower() in published() for dot, end in now.items()):
        return (_read(text, now),)
    then = endings(text, published())
    return (_read(text, now),) if now == then else (_read(text, now), _read(text, then))


def _read(text: str, ends: Endings) -> tuple[Link, ...]:
    if not ends:
        return ()
    return tuple(
        Link(start=start, end=end, text=text[start:end])
        for site in sites(text, ends)
        for start, end in _spans(text, site, ends)
    )


def _spans(text: str, site: Host, ends: Endings) -> Iterator[tuple[int, int]]:
    """The links that X makes of one site: none, one, or several that are glued together."""
    if not _is_possible(text, site, ends):
        return
    if site.has_protocol:
        yield from _whole(text, site)
    elif site.before not in _NO_START:
        yield from _without_protocol(text, site, ends)


def _is_possible(text: str, site: Host, ends: Endings) -> bool:
    """Whether such a host may exist, and its address is not too long."""
    host = text[site.host_start : site.host_end]
    protocol = text[site.start : site.host_start] or _HTTPS
    return (
        len(protocol) + site.end - site.start <= MAX_URL
        and all(0 < _encoded_length(label) <= MAX_LABEL for label in host.split("."))
        and (not host.startswith("xn--") or any(_latin_hosts(text, site, ends)))
    )


def _encoded_length(label: str) -> int:
    """The length of a label as the DNS knows it, in punycode where it is not ASCII."""
    if label.isascii() or len(label) > MAX_LABEL:
        return len(label)
    parts = _OTHER_DOTS.split(label)
    coded = (part if part.isascii() else b"xn--" + part.encode("punycode") for part in parts)
    return sum(map(len, coded)) + len(parts) - 1


def _whole(text: str, site: Host) -> Iterator[tuple[int, int]]:
    """A site with its protocol; of a t.co address only as much as X itself would have made."""
    short = _SHORT.match(text, site.start, site.end)
    if short is None:
        yield site.start, site.end
    elif len(short["path"]) <= MAX_SHORT_PATH:
        yield site.start, short.end()


def _without_protocol(text: str, site: Host, ends: Endings) -> Iterator[tuple[int, int]]:
    """The hosts in Latin letters; the last takes the path with it, if there is one."""
    for start, end in _latin_hosts(text, site, ends):
        yield start, site.end if site.has_path and end == site.host_end else end


def _latin_hosts(text: str, site: Host, ends: Endings) -> Iterator[tuple[int, int]]:
    at = site.host_start
    while labels := _LATIN_LABELS.search(text, at, site.host_end):
        end = end_of_host(text, *labels.span(), ends)
        if end is not None:
            yield labels.start(), end
        at = end or labels.end()
