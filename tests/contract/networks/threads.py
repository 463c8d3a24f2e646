"""Threads: Meta's API against the strict local server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from bot.core.model.config import Account
from bot.core.model.entry import Visibility
from bot.platforms.threads import KIND
from bot.platforms.threads.adapter import ThreadsPlatform
from bot.store import Database, open_store
from tests.clock import FakeClock
from tests.contract.networks.remote import ServerNetwork
from tests.servers.proxy import Proxy, proxy
from tests.servers.threads import ThreadsServer, Trouble


class ThreadsNetwork(ServerNetwork):
    """A server with the test's clock. What private people say is not among the mentions.

    A request that is lost is the one that posts, not one of those that prepare it. The token is
    kept in the database where one is given.
    """

    kind = KIND
    person = "ann"

    def __init__(
        self,
        server: ThreadsServer,
        line: Proxy,
        clock: FakeClock,
        database: Database | None = None,
    ) -> None:
        super().__init__(clock, server.secrets, line)
        self._database = database
        self._server = server
        self._ann = server.add_person("ann", "Ann")
        self.mention_prefix = f"@{server.bot.username} "
        self.platform = self.another()

    def another(self) -> ThreadsPlatform:
        """A new adapter with the same token."""
        account = Account(name="threads", kind="threads", options={"server": self._line.url})
        found = self._database
        return ThreadsPlatform(
            account,
            self.secrets,
            self.clock,
            files=found.files if found else None,
            pages=found.pages if found else None,
        )

    def existing_posts(self) -> Sequence[tuple[str, str]]:
        """The bot's posts on the server."""
        return [(one.id, one.text) for one in self._server.posts_of(self._server.bot)]

    def parent_of(self, remote_id: str) -> str | None:
        """As the server has it."""
        above = self._server.get(remote_id).reply_to
        return above.id if above else None

    def post_as_person(self, text: str, reply_to: str | None, visibility: Visibility) -> str:
        """A post that mentions the bot."""
        return self._server.say(self._ann, self.mention_prefix + text, reply_to=reply_to)

    def person_replies_unmentioned(self, text: str, reply_to: str) -> str:
        """A reply without a mention."""
        return self._server.say(self._ann, text, reply_to=reply_to)

    def person_deletes(self, remote_id: str) -> None:
        """Delete the post."""
        self._server.delete(remote_id)

    def lose_next_answer(self) -> None:
        """The connection closes before the first byte of the answer."""
        self._server.fail(Trouble.COMMIT_DROP, spares_preparing=True)

    def lose_next_request(self) -> None:
        """The connection closes, and nothing was done."""
        self._server.fail(Trouble.DROP, spares_preparing=True)

    def revoke(self) -> None:
        """Take the token back."""
        self._server.revoke()


@contextmanager
def threads_network(place: Path, url: str | None = None) -> Iterator[ThreadsNetwork]:
    """A new server, with a proxy in front; `url` is that of a database for the token."""
    clock = FakeClock()
    with ExitStack() as opened:
        database = opened.enter_context(closing(open_store(place, "bot", url))) if url else None
        server = opened.enter_context(ThreadsServer(now=clock.now))
        line = opened.enter_context(proxy(server.url))
        yield ThreadsNetwork(server, line, clock, database)
