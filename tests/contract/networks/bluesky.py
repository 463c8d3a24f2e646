"""Bluesky: plain XRPC against the strict local server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from bot.core.model.config import Account
from bot.core.model.entry import Visibility
from bot.core.ports.kept_files import KeptFiles
from bot.platforms.bluesky import KIND
from bot.platforms.bluesky.adapter import BlueskyPlatform
from bot.store import open_store
from tests.clock import FakeClock
from tests.contract.networks.remote import ServerNetwork
from tests.servers.bluesky import BlueskyServer
from tests.servers.proxy import Proxy, proxy


class BlueskyNetwork(ServerNetwork):
    """A server with the test's clock. All posts are public, and nothing can be edited.

    The session is kept in `files` where these are given.
    """

    kind = KIND
    person = "Ann"
    picture_path = "com.atproto.repo.uploadBlob"
    picture_refusal = (400, {"error": "InvalidRequest", "message": "Invalid file"})

    def __init__(
        self,
        server: BlueskyServer,
        line: Proxy,
        clock: FakeClock,
        files: KeptFiles | None = None,
    ) -> None:
        super().__init__(clock, server.secrets, line)
        self._files = files
        self._server = server
        self._ann = server.add_person("ann.test", self.person)
        self.mention_prefix = f"@{server.bot.handle} "
        self.platform = self.another()
        self.platform.learn()  # so that the next request is no login

    def another(self) -> BlueskyPlatform:
        """A new adapter with the same app password, and the session where that is kept."""
        options = {"server": self._line.url, "handle": self._server.bot.handle}
        account = Account(name="bluesky", kind="bluesky", options=options)
        return BlueskyPlatform(
            account, self.secrets, self.clock, pictures=self.pictures, files=self._files
        )

    def existing_posts(self) -> Sequence[tuple[str, str]]:
        """The bot's records on the server."""
        return [(one.uri, one.value["text"]) for one in self._server.posts_of(self._server.bot)]

    def pictures_of(self, remote_id: str) -> Sequence[tuple[str, bytes]]:
        """The blobs that the record names."""
        embed = self._server.get(remote_id).value.get("embed", {})
        return [
            (one["alt"], self._server.blob(one["image"]["ref"]["$link"]))
            for one in embed.get("images", ())
        ]

    def parent_of(self, remote_id: str) -> str | None:
        """As the record says."""
        return self._server.get(remote_id).parent

    def post_as_person(self, text: str, reply_to: str | None, visibility: Visibility) -> str:
        """A post that mentions the bot by a facet."""
        return self._server.say(self._ann, self.mention_prefix + text, reply_to=reply_to)

    def person_replies_unmentioned(self, text: str, reply_to: str) -> str:
        """A reply without a mention."""
        return self._server.say(self._ann, text, reply_to=reply_to)

    def person_deletes(self, remote_id: str) -> None:
        """Delete the record."""
        self._server.delete(remote_id)

    def is_favoured(self, remote_id: str) -> bool:
        """Whether there is one like of the bot."""
        likes = self._server.likes_of(self._server.bot)
        return [one.value["subject"]["uri"] for one in likes] == [remote_id]

    def revoke(self) -> None:
        """Revoke the app password."""
        self._server.revoke()


@contextmanager
def bluesky_network(place: Path, url: str | None = None) -> Iterator[BlueskyNetwork]:
    """A new server, with a proxy in front; `url` is that of a database for the session."""
    clock = FakeClock()
    with ExitStack() as opened:
        database = opened.enter_context(closing(open_store(place, "bot", url))) if url else None
        server = opened.enter_context(BlueskyServer(now=clock.now))
        line = opened.enter_context(proxy(server.url))
        yield BlueskyNetwork(server, line, clock, database.files if database else None)
