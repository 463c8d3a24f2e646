"""Bluesky: plain XRPC against Bluesky's own software, which is shared by all tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.core.model.config import Account
from bot.core.model.entry import Visibility
from bot.platforms.bluesky import KIND
from bot.platforms.bluesky.adapter import BlueskyPlatform
from tests.clock import FakeClock
from tests.contract.networks.remote import ServerNetwork
from tests.servers.bluesky_network import Network
from tests.servers.bluesky_network.running import POST
from tests.servers.proxy import Fate, Proxy, Seen, proxy


class Settling:
    """Lets the AppView catch up after each write of the bot, before the bot knows of it."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def before(self, seen: Seen) -> Fate:
        """Let everything pass."""
        return Fate.PASS

    def after(self, seen: Seen, answer: bytes) -> None:
        """Wait after a write."""
        if "com.atproto.repo." in seen.path and seen.method == "POST":
            self._network.settle()


class RealBlueskyNetwork(ServerNetwork):
    """Accounts of their own, by the machine's clock, which no test can set."""

    kind = KIND
    person = "Ann"
    picture_path = "com.atproto.repo.uploadBlob"
    picture_refusal = (400, {"error": "InvalidRequest", "message": "Invalid file"})

    def __init__(self, network: Network, line: Proxy) -> None:
        self._network = network
        self._bot = network.account("tips", "Ten Tips")
        self._ann = network.account("ann", self.person)
        secrets = {"app_password": self._bot.app_password()}
        super().__init__(FakeClock(datetime.now(UTC).replace(microsecond=0)), secrets, line)
        self.mention_prefix = f"@{self._bot.handle} "
        self.platform = self.another()
        self.platform.learn()  # so that the next request is no login

    def another(self) -> BlueskyPlatform:
        """A new adapter with the same app password, without a session."""
        options = {"server": self._line.url, "handle": self._bot.handle}
        account = Account(name="bluesky", kind="bluesky", options=options)
        return BlueskyPlatform(account, self.secrets, self.clock, pictures=self.pictures)

    def existing_posts(self) -> Sequence[tuple[str, str]]:
        """The bot's records on the server."""
        found = self._network.records(self._bot, POST)
        return [(one["uri"], one["value"]["text"]) for one in found]

    def pictures_of(self, remote_id: str) -> Sequence[tuple[str, bytes]]:
        """The blobs that the record names."""
        embed = self._network.record(remote_id)["value"].get("embed", {})
        return [
            (one["alt"], self._network.blob(self._bot, one["image"]["ref"]["$link"]))
            for one in embed.get("images", ())
        ]

    def parent_of(self, remote_id: str) -> str | None:
        """As the record says."""
        parent: str = self._network.record(remote_id)["value"]["reply"]["parent"]["uri"]
        return parent

    def post_as_person(self, text: str, reply_to: str | None, visibility: Visibility) -> str:
        """A post that mentions the bot by a facet."""
        return self._ann.say(self.mention_prefix + text, reply_to, mentions=self._bot.did)

    def person_replies_unmentioned(self, text: str, reply_to: str) -> str:
        """A reply without a mention."""
        return self._ann.say(text, reply_to)

    def person_deletes(self, remote_id: str) -> None:
        """Delete the record."""
        self._ann.delete(remote_id)

    def is_favoured(self, remote_id: str) -> bool:
        """Whether there is one like of the bot."""
        likes = self._network.records(self._bot, "app.bsky.feed.like")
        return [one["value"]["subject"]["uri"] for one in likes] == [remote_id]

    def later(self, by: timedelta) -> datetime:
        """The present time: neither the server's clock nor the bot's is moved."""
        return self.clock.now() + by

    def revoke(self) -> None:
        """Revoke the app password, and let no token through: one outlives it by two hours."""
        self._bot.revoke()
        self._line.without = "authorization"


@contextmanager
def real_bluesky_network(_place: Path, network: Network) -> Iterator[RealBlueskyNetwork]:
    """New accounts on the shared network, with a proxy in front."""
    with proxy(network.url, watch=Settling(network)) as line:
        yield RealBlueskyNetwork(network, line)
