"""Posts as the deliverer does: what has to be sent before a post is sent, stored, and then used."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from typing import Any

from bot.core.model.delivery import Post, Receipt
from bot.core.ports.platform import Preparer, Publisher


class AsDelivered:
    """An adapter whose `publish` prepares a post first. All else is the adapter's own.

    As in a delivery's row, what was prepared is kept by the post's key.
    """

    def __init__(self, platform: Publisher) -> None:
        self.platform = platform
        self._prepared: dict[str, str | None] = {}
        self._lock = Lock()

    def publish(self, post: Post) -> Receipt:
        """Prepare it, then post it."""
        if isinstance(self.platform, Preparer) and self.platform.needs_preparing(post):
            with self._lock:  # a row has one owner
                given = replace(post, prepared=self._prepared.get(post.key))
                self._prepared[post.key] = self.platform.prepare(given)
            post = replace(post, prepared=self._prepared[post.key])
        return self.platform.publish(post)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.platform, name)
