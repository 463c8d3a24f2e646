"""A small server that shows the posts as JSON, and the pictures that no other server shows."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.demo.posts.posts import Posts
from tests.demo.posts.sent import Sent, SentPicture

PICTURES = "/pictures/"


@contextmanager
def shown(posts: Posts) -> Iterator[str]:
    """The address of the list, on a free port of the loopback."""
    handler = type("Handler", (_Handler,), {"posts": posts})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/posts.json"
        finally:
            server.shutdown()


def _document(one: Sent, root: str) -> dict[str, Any]:
    """A post as JSON shows it."""
    return {
        "network": one.network,
        "id": one.id,
        "answers": one.answers,
        "text": one.text,
        "length": one.length,
        "picture": _picture(one.picture, root) if one.picture else None,
    }


def _picture(one: SentPicture, root: str) -> dict[str, Any]:
    width, height = one.size
    return {
        "alt": one.alt,
        "bytes": len(one.data),
        "width": width,
        "height": height,
        "address": one.address or f"{root}{PICTURES}{one.name}",
    }


class _Handler(BaseHTTPRequestHandler):
    posts: Posts

    def do_GET(self) -> None:
        """Answer the path of a picture with that, and every other one with all posts."""
        found = self.posts.everywhere()
        if not self.path.startswith(PICTURES):
            root = f"http://{self.headers['Host']}"
            listed = [_document(one, root) for one in found]
            body = json.dumps(listed, indent=2, ensure_ascii=False).encode()
            return self._send("application/json; charset=utf-8", body)
        for picture in (one.picture for one in found if one.picture):
            if picture.name == self.path.removeprefix(PICTURES):
                return self._send(picture.media_type, picture.data)
        return self.send_error(404)

    def _send(self, media_type: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
