"""The local servers of the demo: four networks and a chat, each on a free port of the loopback."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import requests

from tests.demo.script import Line, Place, speakers
from tests.servers.bluesky import BlueskyServer
from tests.servers.inbox import Inbox, inbox_server
from tests.servers.mastodon import BOT, MastodonServer, mastodon_server
from tests.servers.threads import ThreadsServer
from tests.servers.x import XServer
from tests.whole.accounts import secrets

DOMAIN = "example.social"
"""The domain of handles on the local Mastodon and Bluesky servers."""
HANDLE = "tips_example"
"""The bot's name on the local X and Threads servers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Servers:
    """The running servers. `chat` takes what is broadcast, and shows it."""

    mastodon: MastodonServer
    x: XServer
    bluesky: BlueskyServer
    threads: ThreadsServer
    chat: Inbox

    @property
    def secrets(self) -> dict[str, str]:
        """The environment variables with the bot's credentials on all of them."""
        chat = {"TIPSBOT_CHAT_URL": f"json://127.0.0.1:{self.chat.port}/tips"}
        networks = {**self.bluesky.variables, **self.threads.variables}
        return {**secrets(self.mastodon, self.x), **networks, **chat}


@contextmanager
def servers(lines: Sequence[Line]) -> Iterator[Servers]:
    """All servers for the length of the block, with the accounts that the script needs."""
    users = [BOT, *speakers(lines, Place.MASTODON)]
    with ExitStack() as stack:
        threads = stack.enter_context(ThreadsServer(username=HANDLE))
        threads.network.posting.fetch = _fetched
        yield Servers(
            mastodon=stack.enter_context(mastodon_server(users=users, domain=DOMAIN)),
            x=stack.enter_context(XServer(username=HANDLE)),
            bluesky=stack.enter_context(BlueskyServer(handle=f"tips.{DOMAIN}")),
            threads=threads,
            chat=stack.enter_context(inbox_server(shows=True)),
        )


def _fetched(address: str) -> bytes | None:
    """What is at an address: here Threads can reach the site, which is on the same machine."""
    try:
        answer = requests.get(address, timeout=10)
    except requests.RequestException:
        return None
    return answer.content if answer.ok else None
