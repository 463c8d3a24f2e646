"""A server that refuses everything and repeats the whole request in its answer: an indiscreet one."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote


class _Echo(BaseHTTPRequestHandler):
    status = 403

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        said = unquote(f"{self.path} {dict(self.headers)} {self.rfile.read(length)!r}")
        problem = {"title": "no", "detail": said, "error": said, "error_description": said}
        body = json.dumps(problem).encode()
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the base class calls them so

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def echo_server(status: int) -> Iterator[str]:
    """The address of a server that answers everything with this status."""
    handler = type("Echo", (_Echo,), {"status": status})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
