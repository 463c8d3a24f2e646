"""Mastodon: Mastodon.py against mastodon_mock, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from bot.core.model.config import Account
from bot.core.model.delivery import Receipt
from bot.core.model.entry import Visibility
from bot.platforms.mastodon import KIND
from bot.platforms.mastodon.adapter import MastodonPlatform
from tests.clock import FakeClock
from tests.contract.networks.remote import ServerNetwork
from tests.servers.mastodon import BOT, MastodonServer, mastodon_server
from tests.servers.proxy import Proxy, proxy

PERSON = "alice"
VISIBILITIES = {
    Visibility.PUBLIC: "public",
    Visibility.UNLISTED: "unlisted",
    Visibility.FOLLOWERS: "private",
    Visibility.DIRECT: "direct",
}


class MastodonNetwork(ServerNetwork):
    """A server with the machine's clock, which no test can set."""

    kind = KIND
    person = PERSON.title()
    mention_prefix = f"@{BOT} "
    private = frozenset({Visibility.FOLLOWERS, Visibility.DIRECT})
    can_edit = True
    picture_path = "/api/v2/media"
    picture_refusal = (422, {"error": "Validation failed: File content type is invalid"})

    def __init__(self, server: MastodonServer, line: Proxy) -> None:
        super().__init__(FakeClock(datetime.now(UTC)), {"access_token": server.token}, line)
        self._server = server
        self._bot = self._get(f"/api/v1/accounts/lookup?acct={BOT}")["id"]
        self.platform = self.another()

    def another(self) -> MastodonPlatform:
        """A new adapter with the same token."""
        account = Account(name="mastodon", kind="mastodon", options={"server": self._line.url})
        return MastodonPlatform(account, self.secrets, self.clock, pictures=self.pictures)

    def existing_posts(self) -> Sequence[tuple[str, str]]:
        """The posts in the bot's profile, as the person sees it, with their source text."""
        statuses = self._get(f"/api/v1/accounts/{self._bot}/statuses?limit=40")
        sources = [self._get(f"/api/v1/statuses/{status['id']}/source") for status in statuses]
        return [(source["id"], source["text"]) for source in sources]

    def pictures_of(self, remote_id: str) -> Sequence[tuple[str, bytes]]:
        """The attachments of the status, as the person sees them."""
        found = self._get(f"/api/v1/statuses/{remote_id}")["media_attachments"]
        return [(one["description"], self._file(one["url"])) for one in found]

    def parent_of(self, remote_id: str) -> str | None:
        """The parent, as the person sees it."""
        parent: str | None = self._get(f"/api/v1/statuses/{remote_id}")["in_reply_to_id"]
        return parent

    def post_as_person(self, text: str, reply_to: str | None, visibility: Visibility) -> str:
        """A status that mentions the bot."""
        words, seen_by = self.mention_prefix + text, VISIBILITIES[visibility]
        return self._server.say(PERSON, words, to=reply_to, visibility=seen_by)

    def person_replies_unmentioned(self, text: str, reply_to: str) -> str:
        """A status that does not mention the bot, so that it makes no notification."""
        return self._server.say(PERSON, text, to=reply_to)

    def person_edits(self, remote_id: str, text: str) -> None:
        """The person changes the status."""
        self._server.edit(PERSON, remote_id, text)

    def person_deletes(self, remote_id: str) -> None:
        """The person deletes the status."""
        self._server.delete(PERSON, remote_id)

    def is_favoured(self, remote_id: str) -> bool:
        """Whether the bot's account sees its own favourite, counted once."""
        status = self._server.read(remote_id) or {}
        return bool(status["favourited"]) and status["favourites_count"] == 1

    def address_of(self, receipt: Receipt) -> str:
        """The address under the proxy's name; the server uses another."""
        return f"{self._line.url}/@{BOT}/{receipt.remote_id}"

    def later(self, by: timedelta) -> datetime:
        """The present time: neither the server's clock nor the bot's is moved."""
        return self.clock.now() + by

    def revoke(self) -> None:
        """Delete the bot's token on the server."""
        token = {"token": self._server.token}
        requests.post(f"{self._server.url}/oauth/revoke", data=token, timeout=10).raise_for_status()

    def _file(self, url: str) -> bytes:
        answer = requests.get(self._server.url + urlsplit(url).path, timeout=10)
        answer.raise_for_status()
        return answer.content

    def _get(self, path: str) -> Any:
        headers = {"Authorization": f"Bearer {self._server.token_of(PERSON)}"}
        answer = requests.get(self._server.url + path, headers=headers, timeout=10)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def mastodon_network(_place: Path) -> Iterator[MastodonNetwork]:
    """A new server, with a proxy in front."""
    with mastodon_server() as server, proxy(server.url) as line:
        yield MastodonNetwork(server, line)
