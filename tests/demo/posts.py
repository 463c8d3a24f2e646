"""The exact posts of the bot on both local servers, and a small server that shows them as JSON."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from twitter_text import parse_tweet

from tests.servers.mastodon import MastodonServer
from tests.servers.x import XServer


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """One post on a server; `length` is the weighted length of X's own library."""

    network: str
    id: str
    answers: str | None
    text: str
    length: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Posts:
    """The posts of the bot, oldest first."""

    mastodon: MastodonServer
    x: XServer

    def on_mastodon(self) -> list[Sent]:
        """Those on the Mastodon server, at most forty."""
        return [
            _sent("Mastodon", one["id"], one["in_reply_to_id"], self.mastodon.written(one["id"]))
            for one in reversed(self.mastodon.posts())
        ]

    def on_x(self) -> list[Sent]:
        """Those on the X server."""
        return [
            _sent("X", one.id, one.reply_to, one.written)
            for one in self.x.posts
            if one.author_id == self.x.bot.id and not one.deleted
        ]

    def everywhere(self) -> list[Sent]:
        """All of them."""
        return [*self.on_mastodon(), *self.on_x()]

    def linking(self, page: str) -> dict[str, str]:
        """The id of the first post on each network that links to this page."""
        found = [one for one in self.everywhere() if page in one.text]
        return {one.network: one.id for one in reversed(found)}


def _sent(network: str, post: str, answers: str | None, text: str) -> Sent:
    length = int(parse_tweet(text).weightedLength)
    return Sent(network=network, id=post, answers=answers, text=text, length=length)


@contextmanager
def shown(posts: Posts) -> Iterator[str]:
    """The address of a server that shows the posts, on a free port of the loopback."""
    handler = type("Handler", (_Handler,), {"posts": posts})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/posts.json"
        finally:
            server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    posts: Posts

    def do_GET(self) -> None:
        """Answer every path with all posts."""
        found = [asdict(one) for one in self.posts.everywhere()]
        body = json.dumps(found, indent=2, ensure_ascii=False).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
