"""HTTP/1.1 on loopback, and the ways in which an answer can fail to arrive."""

import socket
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from .messages import Answer, End, Request


class HttpServer(ThreadingHTTPServer):
    """Listens on a free loopback port and hands each request to `answer`."""

    request_queue_size = 64

    def __init__(
        self, answer: Callable[[Request], Answer], hold: float, now: Callable[[], datetime]
    ) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.now = now
        self.answer = answer
        self.hold = hold
        self.closing = threading.Event()
        self.errors: list[BaseException] = []
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    @property
    def authority(self) -> str:
        """Host and port, as clients must name them."""
        return f"127.0.0.1:{self.server_port}"

    def start(self) -> None:
        """Serve on a separate thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving, and close open connections, so that no answer comes late."""
        self.closing.set()
        self.shutdown()
        self.server_close()
        for connection in list(self._open):
            cut(connection)
        self._thread.join()

    def opened(self, connection: socket.socket) -> None:
        """Remember a connection; close it at once if the server is stopping."""
        self._open.add(connection)
        if self.closing.is_set():
            cut(connection)

    def closed(self, connection: socket.socket) -> None:
        """Forget a connection."""
        self._open.discard(connection)

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep an error of the server for XServer to raise; ignore closed connections."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            self.errors.append(error)


class Served:
    """What answers on an HttpServer while its `with` block lasts."""

    _http: HttpServer

    def __enter__(self) -> Self:
        """Start to serve."""
        self._http.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop serving, close every connection, and raise an error of the server itself."""
        self._http.stop()
        if self._http.errors and error is None:
            raise self._http.errors[0]


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: HttpServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        """Register this connection, which the server closes when it stops."""
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        """Remove this connection; the client may have closed it already."""
        self.server.closed(self.connection)
        try:
            super().finish()
        except OSError:
            self.close_connection = True

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The time of an answer by X's own clock."""
        return super().date_time_string(timestamp or self.server.now().timestamp())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing: XServer.requests is the log."""

    def _handle(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(
            method=self.command,
            path=url.path,
            query=parse_qsl(url.query, keep_blank_values=True),
            headers=self.headers,
            body=body,
        )
        self._send(self.server.answer(request))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815 - the base class calls them so

    def _send(self, answer: Answer) -> None:
        if answer.end is End.HANGING:
            self.server.closing.wait(self.server.hold)
        if answer.end in (End.DROPPED, End.HANGING):
            self._cut()
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        whole = answer.end is End.WHOLE
        self.wfile.write(answer.body if whole else answer.body[: len(answer.body) // 2])
        if not whole:
            self._cut()

    def _cut(self) -> None:
        self.close_connection = True
        cut(self.connection)


def cut(connection: socket.socket) -> None:
    """Close a connection in both directions."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
