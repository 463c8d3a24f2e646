"""What X takes for a link.

X finds links in plain text by rules of its own, and each of them counts 23 however long it is.
These are the rules of its published library (twitter-text 3.1.0, extractUrlsWithIndices), except
that the top-level domains are today's: `readme.md` is a link, since md is Moldova, and `node.js`
is none; a link may be glued to Japanese, but not to an `@`, `#` or `$` before it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.core.text.counting.hosts import (
    LATIN,
    QUERY,
    Endings,
    Host,
    end_of_host,
    endings,
    published,
    sites,
    today,
)

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


JOINER = "\u2060"

FILES = frozenset(
    ["cc", "java", "map", "md", "mm", "mov", "pl", "pm", "ps", "py", "rs", "sh", "zip"]
)
"""Ends of file names that are top-level domains, too."""

_NUMBER = re.compile(r"[0-9]+(?:[.,:\-\u2013][0-9]+)*")


def bare_names(text: str) -> tuple[Link, ...]:
    """What X would take for a link although it names no protocol."""
    return tuple(link for link in links(text) if "://" not in link.text)


def unlinked(text: str) -> str:
    """The text with each bare name written so that it is no link; real links stay as they are."""
    text = _rewritten(text, written)
    while bare_names(text):  # glued names: what is left of one may link anew
        text = _rewritten(text, _joined)
    return text


def written(name: str) -> str:
    """A bare name, so that it does not link."""
    stem, _, end = name.rpartition(".")
    return f"./{name}" if end.lower() in FILES and not _is_sentence(stem, end) else _joined(name)


def _is_sentence(stem: str, end: str) -> bool:
    """Whether a blank is missing behind a full stop, or a number stands there: no file is meant.

    `plan.Map` begins a sentence, `5.pm` is a time and `regards.PS` a postscript; `README.MD` and
    `clip.MOV` are files.
    """
    if _NUMBER.fullmatch(stem) or end.istitle():
        return True
    return end.isupper() and len(end) == 2 and not stem.isupper()


def _rewritten(text: str, write: Callable[[str], str]) -> str:
    for name in reversed(bare_names(text)):
        text = f"{text[: name.start]}{write(name.text)}{text[name.end :]}"
    return text


def _joined(name: str) -> str:
    host, slash, path = name.partition("/")
    stem, _, end = host.rpartition(".")
    return f"{stem}.{JOINER}{end}{slash}{path}"
