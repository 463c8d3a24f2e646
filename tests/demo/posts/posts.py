"""The posts of the bot, read from all servers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.demo.posts.sent import Sent, SentPicture
from tests.demo.script import Place
from tests.demo.servers import Servers
from tests.servers.bluesky import BlueskyServer
from tests.servers.threads import Media
from tests.servers.x.model import Post

NETWORKS = {
    Place.MASTODON: "Mastodon",
    Place.X: "X",
    Place.BLUESKY: "Bluesky",
    Place.THREADS: "Threads",
}
"""The networks on which people reply."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Posts:
    """The posts of the bot, of each network oldest first."""

    servers: Servers
    #: the files of Mastodon's server by their addresses: none of them ever changes
    _files: dict[str, bytes] = field(default_factory=dict)

    def everywhere(self) -> list[Sent]:
        """All of them."""
        return [
            *self.on_mastodon(),
            *self.on_x(),
            *self.on_bluesky(),
            *self.on_threads(),
            *self.in_chat(),
        ]

    def on_mastodon(self) -> list[Sent]:
        """Those on the Mastodon server, at most forty."""
        server = self.servers.mastodon
        return [
            Sent(
                network="Mastodon",
                id=one["id"],
                answers=one["in_reply_to_id"],
                text=server.written(one["id"]),
                picture=self._attached(one),
            )
            for one in reversed(server.posts())
        ]

    def on_x(self) -> list[Sent]:
        """Those on the X server."""
        server = self.servers.x
        return [
            Sent(
                network="X",
                id=one.id,
                answers=one.reply_to,
                text=one.written,
                picture=_uploaded(one),
            )
            for one in server.posts
            if one.author_id == server.bot.id and not one.deleted
        ]

    def on_bluesky(self) -> list[Sent]:
        """Those on the Bluesky server."""
        server = self.servers.bluesky
        return [
            Sent(
                network="Bluesky",
                id=one.uri,
                answers=one.parent,
                text=one.value["text"],
                picture=_embedded(one.value.get("embed", {}), server),
            )
            for one in server.posts_of(server.bot)
        ]

    def on_threads(self) -> list[Sent]:
        """Those on the Threads server."""
        server = self.servers.threads
        return [
            Sent(
                network="Threads",
                id=one.id,
                answers=one.reply_to.id if one.reply_to else None,
                text=one.text,
                picture=_fetched(one),
            )
            for one in server.posts_of(server.bot)
        ]

    def in_chat(self) -> list[Sent]:
        """What the chat got: words alone."""
        return [
            Sent(network="Chat", id=str(number), answers=None, text=one["message"])
            for number, one in enumerate(self.servers.chat.messages, 1)
        ]

    def linking(self, page: str) -> dict[str, str]:
        """The id of the first post on each network that links to this page."""
        found = [one for one in self.everywhere() if page in one.text]
        return {one.network: one.id for one in reversed(found)}

    def _attached(self, status: Mapping[str, Any]) -> SentPicture | None:
        for one in status["media_attachments"]:
            data = self._file(one["url"])
            return SentPicture(data=data, alt=one["description"], address=one["url"])
        return None

    def _file(self, address: str) -> bytes:
        if address not in self._files:
            answer = requests.get(address, timeout=10)
            answer.raise_for_status()
            self._files[address] = answer.content
        return self._files[address]


def _uploaded(post: Post) -> SentPicture | None:
    return next((SentPicture(data=one.data, alt=one.alt) for one in post.media), None)


def _embedded(embed: Mapping[str, Any], server: BlueskyServer) -> SentPicture | None:
    """The picture of a link's card, whose words are beside it, or else a picture of its own."""
    blob = embed.get("external", {}).get("thumb")
    image = next(iter(embed.get("images", ())), {})
    blob = blob or image.get("image")
    if blob is None:
        return None
    return SentPicture(data=server.blob(blob["ref"]["$link"]), alt=image.get("alt"))


def _fetched(post: Media) -> SentPicture | None:
    if not post.picture:
        return None
    fields = post.fields
    return SentPicture(
        data=post.picture, alt=fields.get("alt_text"), address=fields.get("image_url")
    )
