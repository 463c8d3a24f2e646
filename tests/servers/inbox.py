"""A server on loopback that takes every message by HTTP, and keeps what it took."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(kw_only=True)
class Inbox:
    """What came in; a `status` from 300 on takes nothing in."""

    port: int = 0
    status: int = 200
    answer: object = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    #: method and path of each request, also of those that were not taken in
    asked: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def messages(self) -> list[Any]:
        """The bodies, as JSON."""
        return [json.loads(body) for body in self.bodies]


@contextmanager
def inbox_server(*, shows: bool = False) -> Iterator[Inbox]:
    """Serve an inbox; one that `shows` answers GET with its messages, and takes nothing so."""
    inbox = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            if shows and self.command == "GET":
                self._send(200, inbox.messages, {"Content-Type": "application/json; charset=utf-8"})
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            inbox.asked.append(f"{self.command} {self.path}")
            if inbox.status < 300:
                inbox.bodies.append(body)
            self._send(inbox.status, inbox.answer, inbox.headers)

        def _send(self, status: int, answer: object, headers: dict[str, str]) -> None:
            self.send_response(status)
            body = json.dumps(answer, ensure_ascii=False).encode()
            for name, value in {**headers, "Content-Length": len(body)}.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = _handle  # noqa: N815 - the base class calls them so

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Say nothing: the list of requests is the log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        inbox.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield inbox
        server.shutdown()
