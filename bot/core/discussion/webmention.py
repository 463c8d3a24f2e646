"""Webmentions and pingbacks: notices of other sites that link to a tip, and their responses."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from posixpath import normpath
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from bot.core.datetimes import require_aware
from bot.core.model.config import Config
from bot.core.text.sanitize import harmless
from bot.core.text.web_addresses import PORTS, web_parts

ADDRESS_MAX = 2000
"""The longest address of a page that is taken, in characters."""

RESPONSE = "response-"
"""How the ids of responses begin, among the comments of the site."""

AUTHOR_MAX = 60
"""The longest name of an author, in characters."""

EXCERPT_MAX = 500
"""The most that is kept of what a page says, in characters."""

_BLANK_LINES = re.compile(r"\n{3,}")
_LAST_WORD = re.compile(r"\s+\S*$")
_KEPT = "!$&'()*+,/:;=@-._~%?"
"""What stands in an address as it is; all else is percent-encoded."""


class LinkNotice(Enum):
    """How another site told us of its page."""

    WEBMENTION = "webmention"
    """W3C Recommendation of 2017"""
    PINGBACK = "pingback"
    """its forerunner over XML-RPC, of 2002"""


class Failure(Enum):
    """Why a webmention led to no response."""

    GONE = "gone"
    """the page does not exist, or not any more"""
    UNLINKED = "unlinked"
    """the page does not link to ours, or not any more"""
    UNREADABLE = "unreadable"
    """the page exists but cannot be used: access is refused, or it is no text"""
    UNREACHABLE = "unreachable"
    """the page could not be fetched, however often it was tried"""
    FULL = "full"
    """the tip has the most responses that it can have"""


SETTING = "responses"
"""The setting of the site's account that says which are taken."""

TAKES: dict[str, frozenset[LinkNotice]] = {
    "all": frozenset(LinkNotice),
    "webmention": frozenset({LinkNotice.WEBMENTION}),
    "none": frozenset(),
}
"""What that setting can say."""


def takes(config: Config, protocol: LinkNotice) -> bool:
    """Whether the operator accepts responses by this protocol."""
    site = config.site
    return site is not None and protocol in TAKES[site.options.get(SETTING, "all")]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadFailure:
    """Why a webmention led to no response, also in words for the operator."""

    failure: Failure
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Webmention:
    """Another site's notice that its page `source` links to our page `target`.

    `not_before` is when to read the page next; None: it was read, and `trouble` says why that
    failed, if it did. Source and target together are its identity.
    """

    source: str
    target: str
    protocol: LinkNotice
    at: datetime
    not_before: datetime | None
    tries: int = 0
    trouble: ReadFailure | None = None

    def __post_init__(self) -> None:
        require_aware(self.at, self.not_before)


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """The response on a page that links to ours: plain text, never the whole page.

    `at` is the publication time that its author gives, if any; `url` is the address of the page
    after all redirects.
    """

    author: str
    author_url: str | None
    text: str
    at: datetime | None = None
    url: str = ""


def excerpt(text: str, longest: int = EXCERPT_MAX) -> str:
    """The beginning of a text, on one line, whole words where they are not too long."""
    line = " ".join(harmless(text).split())
    if len(line) <= longest:
        return line
    cut = line[: longest - 1]
    words, space, _ = cut.rpartition(" ")
    return f"{words if space and len(words) > longest // 2 else cut}…"


def passage(text: str, longest: int = EXCERPT_MAX) -> str:
    """The beginning of a text with its lines, whole words where they are not too long."""
    lines = (line.rstrip() for line in harmless(text).strip("\n").expandtabs(2).split("\n"))
    whole = _BLANK_LINES.sub("\n\n", "\n".join(lines))
    if len(whole) <= longest:
        return whole.strip("\n")
    cut = whole[: longest - 1]
    begun = _LAST_WORD.sub("", cut)
    return f"{(begun if len(begun) > longest // 2 else cut).rstrip()}…"


def tidy_address(address: str) -> str | None:
    """An absolute http(s) address as it is compared, or None for what is none.

    Scheme and host in lower case, no default port, no fragment, and what does not belong in an
    address percent-encoded. One with a user name or password is none.
    """
    parts = web_parts(address.strip())
    host = (parts.hostname or "").rstrip(".") if parts else ""
    if not parts or not host or "@" in parts.netloc:
        return None
    host = f"[{host}]" if ":" in host else host
    netloc = host if parts.port in {None, PORTS[parts.scheme]} else f"{host}:{parts.port}"
    path, query = (quote(part, safe=_KEPT) for part in (parts.path or "/", parts.query))
    tidy = urlunsplit((parts.scheme, netloc, path, query, ""))
    return tidy if len(tidy) <= ADDRESS_MAX else None


def same_page(one: str, other: str) -> bool:
    """Whether two addresses lead to the same page of ours.

    A query or fragment leads to a part of it, and http to https.
    """
    first, second = _place(one), _place(other)
    return first is not None and first == second


def tip_at(address: str, config: Config) -> str | None:
    """The id of the tip whose page this is, in whatever form we serve its address, or None."""
    place, site = _place(address), _place(f"{config.bot.site}/")
    if place is None or site is None:
        return None
    path = place[1].removeprefix(f"{site[1]}tips/")
    if place[0] != site[0] or path == place[1] or not path or "/" in path:
        return None
    return path


def is_on_site(address: str, config: Config) -> bool:
    """Whether this is any address of the bot's own site: a page, a feed, its search."""
    place, site = _normalized(address), _normalized(f"{config.bot.site}/")
    if place is None or site is None or place[0] != site[0]:
        return False
    return f"{place[1]}/".startswith(f"{site[1].rstrip('/')}/")


def _normalized(address: str) -> tuple[str, str] | None:
    """Host in letters of the DNS, without a port of the web, and plain path of an address."""
    tidy = tidy_address(address)
    if tidy is None:
        return None
    parts = urlsplit(tidy)
    port = "" if parts.port in {None, *PORTS.values()} else f":{parts.port}"
    path = unquote(parts.path).replace("\\", "/")
    ending = "/" if path.endswith("/") else ""
    return f"{_dns(parts.hostname or '')}{port}", f"/{normpath(path).lstrip('/.')}{ending}"


def _dns(host: str) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host


def _place(address: str) -> tuple[str, str] | None:
    """Host and decoded path of an address."""
    tidy = tidy_address(address)
    if tidy is None:
        return None
    parts = urlsplit(tidy)
    return parts.netloc, unquote(parts.path)
