"""Fetches a page that a stranger named: bounded, and from the public internet only."""

import socket
import ssl
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPException
from urllib.parse import urljoin

import certifi
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Url, parse_url

from bot.core.errors import Refused, RetryLater
from bot.core.text.sanitize import one_line
from bot.core.text.web_addresses import PORTS
from bot.outbound.pages.public_addresses import Network, Resolve, public_addresses, resolve

MOST_REDIRECTS = 5
LARGEST = 1024 * 1024
"""Bytes of a page that are read."""

WITHIN = timedelta(seconds=10)
"""The longest that a fetch may take, redirects included."""

KINDS = ("text/html", "application/xhtml+xml", "text/plain", "application/json")
"""The types of pages; other types of JSON (`application/activity+json`) count, too."""

_PIECE = 64 * 1024
_TRIED = 3
"""The most addresses of a host that are tried."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410})
_BUSY = frozenset({408, 425, 429})


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """A page as it was sent."""

    #: the address after all redirects
    url: str
    #: the media type
    kind: str
    charset: str | None
    #: the page, or its first LARGEST bytes
    body: bytes
    #: whether `body` is all of it
    whole: bool = True


class PageFetcher:
    """Fetches pages. Only tests allow networks that are not public, or other ports.

    Each name is resolved once, all its addresses have to be public, and the connection is made to
    one of them; the same holds for each redirect. No proxy, no cookie, no credential.
    """

    def __init__(
        self,
        *,
        agent: str,
        ask: Resolve = resolve,
        allowed: Collection[Network] = (),
        ports: Collection[int] = tuple(PORTS.values()),
        within: timedelta = WITHIN,
        certificates: str | None = None,
    ) -> None:
        self._headers = {
            "User-Agent": agent,
            "Accept": ", ".join((*KINDS[:2], *(f"{kind};q=0.5" for kind in KINDS[2:]))),
        }
        self._ask = ask
        self._allowed = tuple(allowed)
        self._ports = frozenset(ports)
        self._within = within
        self._certificates = certificates or certifi.where()

    def fetch(self, address: str) -> Fetched | None:
        """The page at this address, or None where there is none (any more).

        Raises RetryLater where a later fetch may succeed, and Refused where none will.
        """
        until = time.monotonic() + self._within.total_seconds()
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._ask_for(address, until)
            if not isinstance(answer, str):
                return answer
            try:
                address = urljoin(address, answer)
            except ValueError as error:
                raise Refused("its address is not valid") from error
        raise Refused(f"it redirects more than {MOST_REDIRECTS} times")

    def _ask_for(self, address: str, until: float) -> Fetched | str | None:
        """The page, the address to which it redirects, or None."""
        url = self._parsed(address)
        host = (url.host or "").strip("[]")
        with _clear_errors(host, until), self._connected(url, host, until) as line:
            connection = HTTPConnection(host, _port(url), timeout=_left(until))
            connection.sock = line
            connection.auto_open = 0  # it never connects by itself, as the name may lead elsewhere
            headers = {**self._headers, "Host": url.netloc or host}
            connection.request("GET", url.request_uri, headers=headers, preload_content=False)
            with closing(connection.getresponse()) as response:  # and its socket
                return _answer(response, address, until)

    def _parsed(self, address: str) -> Url:
        """The address in its parts. Raises Refused for one that is not fetched."""
        try:
            url = parse_url(address)
        except LocationParseError as error:
            raise Refused("its address is not valid") from error
        if url.scheme not in PORTS or not url.host:
            raise Refused("its address is not one of the web")
        if url.auth is not None:
            raise Refused("its address holds credentials")
        if _port(url) not in self._ports:
            raise Refused(f"port {_port(url)} is not one of the web")
        return url

    @contextmanager
    def _connected(self, url: Url, host: str, until: float) -> Iterator[socket.socket]:
        """A socket to one of the host's addresses, shut down when the time is over."""
        addresses = public_addresses(host, _port(url), self._ask, self._allowed)
        with (
            closing(_line(addresses[:_TRIED], _port(url), until)) as line,
            _shut_down_in_time(line, until),
        ):
            if url.scheme == "http":
                yield line
                return
            tls = ssl.create_default_context(cafile=self._certificates)
            with tls.wrap_socket(line, server_hostname=host) as sealed:
                yield sealed


def _line(addresses: Sequence[str], port: int, until: float) -> socket.socket:
    """A socket to the first of these addresses that accepts a connection. Raises OSError."""
    *others, last = addresses
    for address in others:
        with suppress(OSError):
            return socket.create_connection((address, port), _left(until) / 2)
    return socket.create_connection((last, port), _left(until))


def _left(until: float) -> float:
    return max(until - time.monotonic(), 0.001)


def _port(url: Url) -> int:
    return url.port or PORTS[url.scheme or "http"]


@contextmanager
def _clear_errors(host: str, until: float) -> Iterator[None]:
    """Turn errors of the network into RetryLater."""
    try:
        yield
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        _check_time(until)
        raise RetryLater(f"{host} could not be read: {type(error).__name__}") from error


@contextmanager
def _shut_down_in_time(line: socket.socket, until: float) -> Iterator[None]:
    """Shut the socket down in time: with a slow sender no single read times out."""
    end = line.dup()  # TLS takes over the socket itself

    def cut() -> None:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(_left(until), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        end.close()


def _answer(response: BaseHTTPResponse, address: str, until: float) -> Fetched | str | None:
    _check_time(until)
    status, headers = response.status, response.headers
    if status in _GONE:
        return None
    if status in _REDIRECTS and "Location" in headers:
        return headers["Location"]
    if status in _BUSY or status >= 500:
        raise RetryLater(f"it answers {status}")
    if status != 200:
        raise Refused(f"it answers {status}")
    kind, charset = _kind(headers)
    if kind not in KINDS and not kind.endswith("+json"):
        raise Refused(f"it is {one_line(kind, 60) or 'of no kind'}, which is not read")
    body = _body(response, until)
    whole = len(body) <= LARGEST
    return Fetched(url=address, kind=kind, charset=charset, body=body[:LARGEST], whole=whole)


def _kind(headers: Mapping[str, str]) -> tuple[str, str | None]:
    kind, _, rest = headers.get("Content-Type", "").partition(";")
    _, _, charset = rest.lower().partition("charset=")
    return kind.strip().lower(), charset.partition(";")[0].strip(" \"'") or None


def _body(response: BaseHTTPResponse, until: float) -> bytes:
    """The page, or a little more than LARGEST bytes of it."""
    body = bytearray()
    while len(body) <= LARGEST and (piece := response.read1(_PIECE, decode_content=True)):
        body += piece
        _check_time(until)
    _check_time(until)
    return bytes(body)


def _check_time(until: float) -> None:
    if time.monotonic() >= until:
        raise RetryLater("it takes too long")
