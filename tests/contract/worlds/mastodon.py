"""Mastodon: Mastodon.py against mastodon_mock, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from bot.core.model.config import Account
from bot.core.model.delivery import Receipt
from bot.core.model.entry import Visibility
from bot.platforms.mastodon import KIND
from bot.platforms.mastodon.adapter import MastodonPlatform
from tests.clock import FakeClock
from tests.contract.worlds.remote import RemoteWorld
from tests.servers.mastodon import BOT, MastodonServer, mastodon_server
from tests.servers.proxy import Proxy, proxy

PERSON = "alice"
VISIBILITIES = {
    Visibility.PUBLIC: "public",
    Visibility.UNLISTED: "unlisted",
    Visibility.FOLLOWERS: "private",
    Visibility.DIRECT: "direct",
}


class MastodonWorld(RemoteWorld):
    """A server by the machine's clock, which no test can set."""

    kind = KIND
    person = PERSON.title()
    greeting = f"@{BOT} "
    private = frozenset({Visibility.FOLLOWERS, Visibility.DIRECT})
    can_edit = True

    def __init__(self, server: MastodonServer, line: Proxy) -> None:
        super().__init__(FakeClock(datetime.now(UTC)), {"access_token": server.token}, line)
        self._server = server
        self._bot = self._get(f"/api/v1/accounts/lookup?acct={BOT}")["id"]
        self.platform = self.another()

    def another(self) -> MastodonPlatform:
        """A fresh adapter with the same token."""
        account = Account(name="mastodon", kind="mastodon", options={"server": self._line.url})
        return MastodonPlatform(account, self.secrets, self.clock)

    def posts_there(self) -> Sequence[tuple[str, str]]:
        """What the person sees in the bot's profile, as its author wrote it."""
        statuses = self._get(f"/api/v1/accounts/{self._bot}/statuses?limit=40")
        sources = [self._get(f"/api/v1/statuses/{status['id']}/source") for status in statuses]
        return [(source["id"], source["text"]) for source in sources]

    def parent_there(self, remote_id: str) -> str | None:
        """What the person sees."""
        parent: str | None = self._get(f"/api/v1/statuses/{remote_id}")["in_reply_to_id"]
        return parent

    def person_says(
        self,
        text: str,
        reply_to: str | None = None,
        visibility: Visibility = Visibility.PUBLIC,
    ) -> str:
        """A status that names the bot."""
        words, seen_by = self.greeting + text, VISIBILITIES[visibility]
        return self._server.say(PERSON, words, to=reply_to, visibility=seen_by)

    def person_remarks(self, text: str, reply_to: str) -> str:
        """A status that does not name the bot, so that its server notifies nobody of ours."""
        return self._server.say(PERSON, text, to=reply_to)

    def person_edits(self, remote_id: str, text: str) -> None:
        """The person changes the status."""
        self._server.edit(PERSON, remote_id, text)

    def person_deletes(self, remote_id: str) -> None:
        """The person deletes the status."""
        self._server.delete(PERSON, remote_id)

    def is_favoured(self, remote_id: str) -> bool:
        """As the bot's own account sees it: a favourite is its own, and counted once."""
        status = self._server.read(remote_id) or {}
        return bool(status["favourited"]) and status["favourites_count"] == 1

    def address_of(self, receipt: Receipt) -> str:
        """By the name under which we know the server, which calls itself by another."""
        return f"{self._line.url}/@{BOT}/{receipt.remote_id}"

    def later(self, by: timedelta) -> datetime:
        """The server's clock stays, and so does ours."""
        return self.clock.now() + by

    def revoke(self) -> None:
        """The server forgets the bot's token."""
        token = {"token": self._server.token}
        requests.post(f"{self._server.url}/oauth/revoke", data=token, timeout=10).raise_for_status()

    def _get(self, path: str) -> Any:
        headers = {"Authorization": f"Bearer {self._server.token_of(PERSON)}"}
        answer = requests.get(self._server.url + path, headers=headers, timeout=10)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def mastodon_world(_place: Path) -> Iterator[MastodonWorld]:
    """A fresh server, with a proxy in front."""
    with mastodon_server() as server, proxy(server.url) as line:
        yield MastodonWorld(server, line)
