"""A small proxy in front of a server, which can fail as bad networks do.

It passes one request a connection. `then` sets the fate of the next ones; others pass. Except for
a reset, the server carries the request out.
"""

from __future__ import annotations

import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol
from urllib.parse import urlsplit


class Fate(Enum):
    """The fate of one request and its answer."""

    PASS = "pass"
    """both arrive"""
    LOSE = "lose"
    """the server carries the request out; the connection closes before the first byte of the answer"""
    CUT = "cut"
    """the answer breaks off in the middle of its body"""
    GARBLE = "garble"
    """the answer's body is replaced by nonsense"""
    DELAY = "delay"
    """the answer waits until `release`"""
    DRIP = "drip"
    """the answer's body comes a byte at a time, fifty in a second"""
    RESET = "reset"
    """the connection is reset before the server receives the request"""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A request that passed: its method, path with query, lower-case headers, and body."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(kw_only=True)
class Page:
    """The proxy's own answer to requests whose path contains `path`, for `times` requests.

    With `reaches` the server carries the request out as well.
    """

    status: int
    body: str = ""
    content_type: str = "text/html"
    headers: dict[str, str] = field(default_factory=dict)
    path: str = ""
    method: str = ""
    reaches: bool = False
    times: int = 1

    def is_for(self, seen: Seen) -> bool:
        """Whether it is the answer to this request."""
        is_asked = self.path in seen.path and self.method in {"", seen.method}
        return self.times > 0 and is_asked

    def answer(self) -> bytes:
        """The whole answer."""
        body = self.body.encode()
        lines = [f"HTTP/1.1 {self.status} So", f"Content-Length: {len(body)}"]
        lines += [f"Content-Type: {self.content_type}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Watch(Protocol):
    """An observer that is called for each request, and may block it."""

    def before(self, seen: Seen) -> Fate:
        """Called before the server receives a request; returns its fate."""

    def after(self, seen: Seen, answer: bytes) -> None:
        """Called when the server has carried it out, before the answer is passed on."""


@dataclass
class Proxy:
    """A running proxy; `refuse` and `accept` close and open its port."""

    upstream: tuple[str, int]
    #: decides the fate of requests that `then` does not set
    watch: Watch | None = None
    #: a header that the server never gets
    without: str = "connection"
    #: the address on which it listens
    host: str = "127.0.0.1"
    seen: list[Seen] = field(default_factory=list)
    #: answers of the proxy itself
    pages: list[Page] = field(default_factory=list)
    #: the proxy's own JSON for a path; None passes the request
    instead: Callable[[str], str | None] | None = None
    _fates: deque[Fate] = field(default_factory=deque)
    _released: threading.Event = field(default_factory=threading.Event)
    _port: int = 0
    _listener: socket.socket | None = None
    _threads: list[threading.Thread] = field(default_factory=list)
    _streams: list[socket.socket] = field(default_factory=list)
    _stalls: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self._port}"

    def then(self, *fates: Fate) -> None:
        """Set the fates of the next requests, in order."""
        self._fates.extend(fates)

    def pass_all(self) -> None:
        """Let the next requests pass, whatever was set for them."""
        self._fates.clear()

    def release(self) -> None:
        """Send the delayed answers."""
        self._released.set()

    def stall_streams(self) -> None:
        """Pass nothing of any stream from now on, and leave the connections open."""
        self._stalls.set()

    def drop_streams(self) -> int:
        """Close all streams; how many there were."""
        with self._lock:
            streams, self._streams = self._streams, []
        for end in streams:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        return len(streams) // 2

    def accept(self) -> None:
        """Open the port, the same one as before."""
        listener = socket.create_server((self.host, self._port))
        self._listener, self._port = listener, listener.getsockname()[1]
        self._start(self._serve, listener)

    def refuse(self) -> None:
        """Close the port: the next connection is refused."""
        if self._listener is not None:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None

    def close(self) -> None:
        """End everything."""
        self.refuse()
        self.release()
        self.drop_streams()
        for thread in self._threads:
            thread.join(timeout=5)

    def _start(self, work, *args) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                self._start(self._carry, connection)

    def _carry(self, connection: socket.socket) -> None:
        with closing(connection), suppress(OSError):
            connection.settimeout(30)
            request = _read_request(connection)
            if not request:  # a connection that was only tried
                return
            fate = self._fate_of(request)
            if fate is Fate.RESET:
                _reset(
                    connection
                )  # only now: a reset while connecting would prove that nothing was sent
            else:
                self._pass_on(connection, fate, request)

    def _fate_of(self, request: bytes) -> Fate:
        with suppress(IndexError):
            return self._fates.popleft()
        return self.watch.before(_parsed(request)) if self.watch else Fate.PASS

    def _pass_on(self, connection: socket.socket, fate: Fate, request: bytes) -> None:
        seen = _parsed(request)
        self.seen.append(seen)
        if (page := self._page_for(seen)) and not page.reaches:
            connection.sendall(page.answer())
            return
        with self._ask(request) as server:
            answer = _read_head(server)
            is_stream = b"text/event-stream" in answer.lower()
            if not is_stream:
                answer += b"".join(iter(lambda: server.recv(65536), b""))
            if self.watch is not None:
                self.watch.after(seen, answer)
            if page:
                connection.sendall(page.answer())
            elif not is_stream:
                self._answer(connection, fate, answer)
            elif fate is Fate.PASS:
                self._stream(connection, server, answer)

    def _page_for(self, seen: Seen) -> Page | None:
        """The proxy's own answer to a request, which is used up by one."""
        with self._lock:
            page = next((one for one in self.pages if one.is_for(seen)), None)
            if page:
                page.times -= 1
        told = self.instead(seen.path) if self.instead and page is None else None
        if told is not None:
            return Page(status=200, body=told, content_type="application/json")
        return page

    def _stream(self, connection: socket.socket, server: socket.socket, head: bytes) -> None:
        """Pass an endless answer on as it comes, unless streams stall."""
        server.settimeout(None)
        with self._lock:
            self._streams += [connection, server]
        connection.sendall(head)
        while piece := server.recv(65536):
            if not self._stalls.is_set():
                connection.sendall(piece)

    def _ask(self, request: bytes) -> socket.socket:
        """A connection to the server, which closes it after its answer."""
        head, _, body = request.partition(b"\r\n\r\n")
        hidden = (b"connection:", f"{self.without}:".encode())
        lines = [
            connection
            for connection in head.split(b"\r\n")
            if not connection.lower().startswith(hidden)
        ]
        server = socket.create_connection(self.upstream, timeout=30)
        server.sendall(b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + body)
        return server

    def _answer(self, connection: socket.socket, fate: Fate, answer: bytes) -> None:
        if fate is Fate.DELAY:
            self._released.wait(timeout=30)
        head, end, body = answer.partition(b"\r\n\r\n")
        if fate is Fate.LOSE:
            return
        if fate is Fate.CUT:
            connection.sendall(head + end + body[: len(body) // 2])
        elif fate is Fate.GARBLE:
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 15\r\n\r\n<p>nonsense</p>"
            )
        elif fate is Fate.DRIP:
            connection.sendall(head + end)
            self._drip(connection, body)
        else:
            connection.sendall(answer)

    def _drip(self, connection: socket.socket, body: bytes) -> None:
        for byte in body:
            connection.sendall(bytes([byte]))
            if self._released.wait(timeout=0.02):
                return


@contextmanager
def proxy(
    upstream: str,
    watch: Watch | None = None,
    without: str = "connection",
    host: str = "127.0.0.1",
) -> Iterator[Proxy]:
    """A proxy on a free port of `host`, in front of the server at the address `upstream`."""
    parts = urlsplit(upstream)
    address = (parts.hostname or "127.0.0.1", parts.port or 80)
    running = Proxy(upstream=address, watch=watch, without=without, host=host)
    running.accept()
    try:
        yield running
    finally:
        running.close()


def _reset(connection: socket.socket) -> None:
    """Close with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def _read_head(server: socket.socket) -> bytes:
    """The beginning of an answer, at least up to its body."""
    read = b""
    while b"\r\n\r\n" not in read and (piece := server.recv(65536)):
        read += piece
    return read


def _read_request(connection: socket.socket) -> bytes:
    """One whole request with a Content-Length, as all clients here send it.

    Empty where the client ended before that, as one does that is killed while it sends.
    """
    read = b""
    while b"\r\n\r\n" not in read:
        piece = connection.recv(65536)
        if not piece:
            return b""
        read += piece
    length = int(_parsed(read).headers.get("content-length", "0"))
    whole = read.index(b"\r\n\r\n") + 4 + length
    while len(read) < whole:
        piece = connection.recv(65536)
        if not piece:
            return b""
        read += piece
    return read


def _parsed(request: bytes) -> Seen:
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    pairs = (connection.partition(":") for connection in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return Seen(method=method, path=path, headers=headers, body=body)
