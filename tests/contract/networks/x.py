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
from tests.contract.networks.remote import ServerNetwork
from tests.servers.proxy import Proxy, proxy
from tests.servers.x import Post, XServer


class XNetwork(ServerNetwork):
    """A server with the test's clock. All posts are public: X has only protected accounts."""

    kind = KIND
    person = "Ann"
    picture_path = "/2/media/upload"
    picture_refusal = (
        400,
        {
            "errors": [{"parameters": {"media": ["…"]}, "message": "media type unrecognized."}],
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": "https://api.twitter.com/2/problems/invalid-request",
        },
    )

    def __init__(self, server: XServer, line: Proxy, clock: FakeClock) -> None:
        super().__init__(clock, server.secrets, line)
        # Requests are signed for their host, which is the proxy.
        server._signatures.authority = urlsplit(line.url).netloc
        self._server = server
        self._ann = server.add_user("ann", self.person)
        self.mention_prefix = f"@{server.bot.username} "
        self.platform = self.another()

    def another(self) -> XPlatform:
        """A new adapter with the same keys."""
        account = Account(name="x", kind="x", options={"api": self._line.url})
        return XPlatform(account, self.secrets, self.clock, pictures=self.pictures)

    def existing_posts(self) -> Sequence[tuple[str, str]]:
        """The bot's existing posts on X, with their source text."""
        bot = self._server.bot.id
        return [(one.id, one.written) for one in self._standing() if one.author_id == bot]

    def pictures_of(self, remote_id: str) -> Sequence[tuple[str, bytes]]:
        """As X has them."""
        (post,) = [one for one in self._standing() if one.id == remote_id]
        return [(one.alt, one.data) for one in post.media]

    def parent_of(self, remote_id: str) -> str | None:
        """As X has it."""
        return next(one.reply_to for one in self._standing() if one.id == remote_id)

    def post_as_person(self, text: str, reply_to: str | None, visibility: Visibility) -> str:
        """A post that mentions the bot: by its text, or because X adds the mention to a reply."""
        words = text if reply_to else self.mention_prefix + text
        return self._server.say(self._ann, words, reply_to=reply_to).id

    def person_deletes(self, remote_id: str) -> None:
        """Delete the post on X."""
        self._server.delete(remote_id)

    def revoke(self) -> None:
        """Revoke the bot's token on X."""
        self._server.revoke()

    def _standing(self) -> Sequence[Post]:
        return [one for one in self._server.posts if not one.deleted]


@contextmanager
def x_network(_place: Path) -> Iterator[XNetwork]:
    """A new X, with a proxy in front."""
    clock = FakeClock()
    with XServer(now=clock.now, wall=clock.now) as server, proxy(server.url) as line:
        yield XNetwork(server, line, clock)
