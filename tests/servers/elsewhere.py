"""Another site: pages that link to the bot's site, and hostile pages."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Manner(Enum):
    """How a page is sent."""

    WHOLE = "whole"
    ENDLESS = "endless"
    """its body repeated without end"""
    DRIP = "drip"
    """its body repeated, twenty bytes a second"""
    DRIP_HEAD = "drip head"
    """a header without end, twenty bytes a second"""


@dataclass(frozen=True, kw_only=True)
class Page:
    """One answer."""

    body: bytes = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    manner: Manner = Manner.WHOLE


@dataclass
class Elsewhere:
    """A running site: its pages by path, and the requests that it received."""

    port: int
    scheme: str = "http"
    pages: dict[str, Page] = field(default_factory=dict)
    seen: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def put(self, path: str, body: str | bytes = b"", /, **rest) -> str:
        """Publish a page; its address."""
        content = body.encode() if isinstance(body, str) else body
        self.pages[path] = Page(body=content, **rest)
        return f"{self.url}{path}"

    def move(self, path: str, to: str, status: int = 302) -> str:
        """Redirect from a path; its address."""
        return self.put(path, status=status, headers={"Location": to})


class _Handler(BaseHTTPRequestHandler):
    site: Elsewhere
    timeout = 20

    def do_GET(self) -> None:
        """Answer with the page of the path."""
        self.site.seen.append((self.headers.get("Host", ""), self.path))
        self.site.headers.append({name.lower(): value for name, value in self.headers.items()})
        page = self.site.pages.get(self.path.partition("?")[0], Page(status=404))
        with suppress(OSError):
            self._send(page)

    def _send(self, page: Page) -> None:
        if page.manner is Manner.DRIP_HEAD:
            self._drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 10_000)
            return
        self.send_response(page.status)
        self.send_header("Content-Type", page.kind)
        for name, value in page.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if page.manner is Manner.WHOLE:
            self.wfile.write(page.body)
        while page.manner is Manner.ENDLESS:
            self.wfile.write(page.body)
        if page.manner is Manner.DRIP:
            self._drip(page.body * 1000)

    def _drip(self, content: bytes) -> None:
        for byte in content:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            if self.site.over.wait(0.05):
                return

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def elsewhere(certificate: Path | None = None) -> Iterator[Elsewhere]:
    """Run another site on a free port, with TLS if there is a certificate."""
    site = Elsewhere(0, "https" if certificate else "http")
    handler = type("Handler", (_Handler,), {"site": site})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        site.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield site
        finally:
            site.over.set()
            server.shutdown()
