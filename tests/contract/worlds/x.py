"""X: tweepy against the strict local X, over HTTP, every request signed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from bot.core.model.config import Account
from bot.core.model.entry import Visibility
from bot.platforms.x import KIND
from bot.platforms.x.adapter import XPlatform
from tests.clock import FakeClock
from tests.contract.worlds.remote import RemoteWorld
from tests.servers.proxy import Proxy, proxy
from tests.servers.x import Post, XServer


class XWorld(RemoteWorld):
    """A server by our clock. What a person says is public: X tells of protected accounts only."""

    kind = KIND
    person = "Ann"

    def __init__(self, server: XServer, line: Proxy, clock: FakeClock) -> None:
        super().__init__(clock, server.secrets, line)
        # Requests are signed for the host that they are sent to, which is the proxy.
        server._signatures.authority = urlsplit(line.url).netloc
        self._server = server
        self._ann = server.add_user("ann", self.person)
        self.greeting = f"@{server.bot.username} "
        self.platform = self.another()

    def another(self) -> XPlatform:
        """A fresh adapter with the same keys."""
        account = Account(name="x", kind="x", options={"api": self._line.url})
        return XPlatform(account, self.secrets, self.clock)

    def posts_there(self) -> Sequence[tuple[str, str]]:
        """What X holds, as its author wrote it."""
        bot = self._server.bot.id
        return [(one.id, one.written) for one in self._standing() if one.author_id == bot]

    def parent_there(self, remote_id: str) -> str | None:
        """What X holds."""
        return next(one.reply_to for one in self._standing() if one.id == remote_id)

    def person_says(
        self,
        text: str,
        reply_to: str | None = None,
        visibility: Visibility = Visibility.PUBLIC,
    ) -> str:
        """A post that names the bot: by itself, or because X puts the name before a reply."""
        words = text if reply_to else self.greeting + text
        return self._server.say(self._ann, words, reply_to=reply_to).id

    def person_deletes(self, remote_id: str) -> None:
        """The person deletes the post."""
        self._server.delete(remote_id)

    def revoke(self) -> None:
        """X forgets the bot's token."""
        self._server.revoke()

    def _standing(self) -> Sequence[Post]:
        return [one for one in self._server.posts if not one.deleted]


@contextmanager
def x_world(_place: Path) -> Iterator[XWorld]:
    """A fresh X, with a proxy in front."""
    clock = FakeClock()
    with XServer(now=clock.now) as server, proxy(server.url) as line:
        yield XWorld(server, line, clock)
