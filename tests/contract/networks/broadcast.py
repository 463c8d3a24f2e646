"""Broadcast: Apprise against an inbox that takes JSON, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.core.model.config import Account, Identity
from bot.core.model.delivery import Post
from bot.core.model.entry import Visibility
from bot.platforms.broadcast import KIND
from bot.platforms.broadcast.adapter import BroadcastPlatform
from tests.clock import FakeClock
from tests.contract.networks.remote import ServerNetwork
from tests.servers.inbox import Inbox, inbox_server
from tests.servers.proxy import Proxy, proxy

IDENTITY = Identity(
    id="bot", name="Ten Tips", timezone="Europe/London", site="https://tips.example"
)


class BroadcastNetwork(ServerNetwork):
    """A service that takes messages, and of which nothing else can be asked."""

    kind = KIND
    person = "nobody"
    tells = False

    def __init__(self, server: Inbox, line: Proxy) -> None:
        host = line.url.removeprefix("http://")
        super().__init__(FakeClock(), {"url": f"json://{host}/a-secret-path-of-this-test"}, line)
        self._server = server
        self._keys: dict[str, str] = {}
        self.platform = self.another()

    def another(self) -> BroadcastPlatform:
        """A new adapter for the same address."""
        account = Account(name="broadcast", kind="broadcast")
        return BroadcastPlatform(account, self.secrets, IDENTITY, self.clock)

    def post(self, text: str, in_reply_to: str | None = None) -> Post:
        """A frozen post; its key is noted."""
        post = super().post(text, in_reply_to)
        self._keys[text] = post.key
        return post

    def existing_posts(self) -> Sequence[tuple[str, str]]:
        """Each message that came in, under the key of the post with its text: it has no id."""
        texts = [message["message"] for message in self._server.messages]
        return [(self._keys[text], text) for text in texts]

    def parent_of(self, remote_id: str) -> str | None:
        """None: a message answers nothing."""

    def post_as_person(self, text: str, reply_to: str | None, visibility: Visibility) -> str:
        """Nobody else posts there."""
        raise NotImplementedError

    def person_deletes(self, remote_id: str) -> None:
        """Nobody else posts there."""
        raise NotImplementedError

    def revoke(self) -> None:
        """Refuse everything from now on."""
        self._server.status = 401


@contextmanager
def broadcast_network(_place: Path) -> Iterator[BroadcastNetwork]:
    """A new inbox, with a proxy in front."""
    with inbox_server() as server, proxy(server.url) as line:
        yield BroadcastNetwork(server, line)
