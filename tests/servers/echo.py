"""A server that refuses every request, and repeats it in its answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

Spelling = Callable[[str], str]
"""How it encodes the repeated text."""


def body_of(said: str) -> bytes:
    """A problem document with this text, which may be escaped for JSON already."""
    written = f'"{said}"'
    try:
        json.loads(written)
    except ValueError:
        written = json.dumps(said)
    names = ("title", "detail", "error", "error_description")
    return ("{" + ", ".join(f'"{name}": {written}' for name in names) + "}").encode()


class _Echo(BaseHTTPRequestHandler):
    status = 403
    spell: Spelling = staticmethod(str)

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        shown = " ".join(self.headers.get("Authorization", "").split())
        said = unquote(f"{self.path} {dict(self.headers)} {self.rfile.read(length)!r}")
        body = body_of(self.spell(shown if self.spell is not str else said))
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the base class calls them so

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def echo_server(status: int, spell: Spelling = str) -> Iterator[str]:
    """The address of a server that answers every request with this status.

    With `spell` it repeats only the credentials, in that encoding.
    """
    handler = type("Echo", (_Echo,), {"status": status, "spell": staticmethod(spell)})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
