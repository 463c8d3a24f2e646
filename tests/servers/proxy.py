"""A small proxy that stands in front of any server and does what bad networks do.

It carries one request a connection. `then` says how the next ones fare; without a word they pass.
Whatever it does to an answer, the server behind it has carried the request out.
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
    """What becomes of one request and its answer."""

    PASS = "pass"
    """both arrive"""
    LOSE = "lose"
    """the server carries the request out; the line goes dead before the first byte of the answer"""
    CUT = "cut"
    """the answer breaks off in the middle of its body"""
    GARBLE = "garble"
    """the answer's body is replaced by nonsense"""
    DELAY = "delay"
    """the answer waits until `release`"""
    DRIP = "drip"
    """the answer's body comes a byte at a time, fifty in a second"""
    RESET = "reset"
    """the line is reset before the server hears of the request"""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A request that passed: its method, path with query, lower-case headers, and body."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(kw_only=True)
class Page:
    """What the proxy answers by itself, so many times, to requests whose path holds `path`.

    The server carries the request out all the same if it `reaches` it.
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
    """Somebody on the line, who is told of each request, and who may take their time over it."""

    def before(self, seen: Seen) -> Fate:
        """The server has not heard of this request yet; say how it is to fare."""

    def after(self, seen: Seen, answer: bytes) -> None:
        """The server has carried it out, and nothing of its answer has been passed on."""


@dataclass
class Proxy:
    """A running proxy. `refuse` and `accept` close and open its port: refused means refused.

    `watch` decides the fate of a request for which `then` has said nothing. The server never sees
    the header `without`. `pages` are answered by the proxy itself, and so is every question to
    whose path `instead` gives JSON.
    """

    upstream: tuple[str, int]
    watch: Watch | None = None
    without: str = "connection"
    seen: list[Seen] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
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
        return f"http://127.0.0.1:{self._port}"

    def then(self, *fates: Fate) -> None:
        """Let the next requests meet these fates, in order."""
        self._fates.extend(fates)

    def release(self) -> None:
        """Let the delayed answers go."""
        self._released.set()

    def stall_streams(self) -> None:
        """From now on pass nothing of any stream on, and leave the lines open."""
        self._stalls.set()

    def drop_streams(self) -> int:
        """Cut all streams off; how many there were."""
        with self._lock:
            streams, self._streams = self._streams, []
        for end in streams:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        return len(streams) // 2

    def accept(self) -> None:
        """Open the port, the same one as before."""
        listener = socket.create_server(("127.0.0.1", self._port))
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
                line, _ = listener.accept()
                self._start(self._carry, line, self._fates.popleft() if self._fates else None)

    def _carry(self, line: socket.socket, fate: Fate | None) -> None:
        with closing(line), suppress(OSError):
            line.settimeout(30)
            request = _read_request(line)
            if request and fate is None:
                fate = self.watch.before(_parsed(request)) if self.watch else Fate.PASS
            if fate is Fate.RESET:
                _reset(line)  # not before: a reset while connecting proves that nothing was sent
            elif request:
                self._pass_on(line, fate or Fate.PASS, request)

    def _pass_on(self, line: socket.socket, fate: Fate, request: bytes) -> None:
        seen = _parsed(request)
        self.seen.append(seen)
        if (page := self._page_for(seen)) and not page.reaches:
            line.sendall(page.answer())
            return
        with self._ask(request) as server:
            answer = _read_head(server)
            is_stream = b"text/event-stream" in answer.lower()
            if not is_stream:
                answer += b"".join(iter(lambda: server.recv(65536), b""))
            if self.watch is not None:
                self.watch.after(seen, answer)
            if page:
                line.sendall(page.answer())
            elif not is_stream:
                self._answer(line, fate, answer)
            elif fate is Fate.PASS:
                self._stream(line, server, answer)

    def _page_for(self, seen: Seen) -> Page | None:
        """The page that answers a request, which is one time less to come."""
        with self._lock:
            page = next((one for one in self.pages if one.is_for(seen)), None)
            if page:
                page.times -= 1
        told = self.instead(seen.path) if self.instead and page is None else None
        if told is not None:
            return Page(status=200, body=told, content_type="application/json")
        return page

    def _stream(self, line: socket.socket, server: socket.socket, head: bytes) -> None:
        """Pass on an answer without end as it comes, or keep it back while it stalls."""
        server.settimeout(None)
        with self._lock:
            self._streams += [line, server]
        line.sendall(head)
        while piece := server.recv(65536):
            if not self._stalls.is_set():
                line.sendall(piece)

    def _ask(self, request: bytes) -> socket.socket:
        """The line to the server, which closes it after its answer, because we ask it to."""
        head, _, body = request.partition(b"\r\n\r\n")
        hidden = (b"connection:", f"{self.without}:".encode())
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(hidden)]
        server = socket.create_connection(self.upstream, timeout=30)
        server.sendall(b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + body)
        return server

    def _answer(self, line: socket.socket, fate: Fate, answer: bytes) -> None:
        if fate is Fate.DELAY:
            self._released.wait(timeout=30)
        head, end, body = answer.partition(b"\r\n\r\n")
        if fate is Fate.LOSE:
            return
        if fate is Fate.CUT:
            line.sendall(head + end + body[: len(body) // 2])
        elif fate is Fate.GARBLE:
            line.sendall(
                b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 15\r\n\r\n<p>nonsense</p>"
            )
        elif fate is Fate.DRIP:
            line.sendall(head + end)
            self._drip(line, body)
        else:
            line.sendall(answer)

    def _drip(self, line: socket.socket, body: bytes) -> None:
        for byte in body:
            line.sendall(bytes([byte]))
            if self._released.wait(timeout=0.02):
                return


@contextmanager
def proxy(
    upstream: str, watch: Watch | None = None, without: str = "connection"
) -> Iterator[Proxy]:
    """A proxy on a free port of the loopback, in front of the server at this address."""
    parts = urlsplit(upstream)
    address = (parts.hostname or "127.0.0.1", parts.port or 80)
    running = Proxy(upstream=address, watch=watch, without=without)
    running.accept()
    try:
        yield running
    finally:
        running.close()


def _reset(line: socket.socket) -> None:
    """Close with a reset instead of a farewell."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def _read_head(server: socket.socket) -> bytes:
    """The beginning of an answer, at least up to its body."""
    read = b""
    while b"\r\n\r\n" not in read and (piece := server.recv(65536)):
        read += piece
    return read


def _read_request(line: socket.socket) -> bytes:
    """One whole request whose length is told, as every client here tells it."""
    read = b""
    while b"\r\n\r\n" not in read:
        piece = line.recv(65536)
        if not piece:
            return b""
        read += piece
    length = int(_parsed(read).headers.get("content-length", "0"))
    whole = read.index(b"\r\n\r\n") + 4 + length
    while len(read) < whole and (piece := line.recv(65536)):
        read += piece
    return read


def _parsed(request: bytes) -> Seen:
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return Seen(method=method, path=path, headers=headers, body=body)
