"""A Mastodon server for tests: mastodon_mock over real HTTP on a free port of the loopback."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests
from mastodon_mock.config import (
    AuthConfig,
    DatabaseConfig,
    MastodonMockConfig,
    SeedAccount,
    SeedConfig,
    StreamingConfig,
)
from mastodon_mock.testing import MockServer
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

BOT = "tips"
USERS = (BOT, "alice", "bob")
GOTOSOCIAL = "4.5.0 (compatible; GoToSocial 0.20.0)"
"""The version of a GoToSocial server: it has no keys, and shows statuses one by one."""


@dataclass
class MastodonServer:
    """A running server with the bot's account, `tips`, and people: `alice` and `bob` unless named."""

    url: str
    #: its SQLite file; beside it lies a copy from before anybody came
    database: Path

    @property
    def token(self) -> str:
        """The bot's access token."""
        return self.token_of(BOT)

    def token_of(self, user: str) -> str:
        """The access token of any user."""
        return f"{user}-token-for-tests"

    def say(
        self,
        user: str,
        text: str,
        *,
        to: str | None = None,
        visibility: str = "public",
        **more: str,
    ) -> str:
        """Let a user post, perhaps in reply to a status, and return the id."""
        form = {"status": text, "visibility": visibility, **more}
        if to is not None:
            form["in_reply_to_id"] = to
        return str(self._ask("POST", "/api/v1/statuses", user, data=form)["id"])

    def edit(self, user: str, status: str, text: str) -> None:
        """Let a user change a status of theirs."""
        self._ask("PUT", f"/api/v1/statuses/{status}", user, data={"status": text})

    def delete(self, user: str, status: str) -> None:
        """Let a user delete a status of theirs."""
        self._ask("DELETE", f"/api/v1/statuses/{status}", user)

    def describe(self, user: str, note: str, *, is_bot: bool = False) -> None:
        """Let a user write a bio, and say whether they are a bot."""
        form = {"note": note, "bot": "true" if is_bot else "false"}
        self._ask("PATCH", "/api/v1/accounts/update_credentials", user, data=form)

    def filter_strangers(self) -> None:
        """Let the bot's account filter notifications of people whom it does not follow."""
        form = {"for_not_following": "filter"}
        self._ask("PATCH", "/api/v2/notifications/policy", BOT, data=form)

    def read(self, status: str) -> dict[str, Any] | None:
        """A status as the bot sees it, or None where there is none."""
        path = f"{self.url}/api/v1/statuses/{status}"
        answer = requests.get(path, headers=self._headers(BOT), timeout=10)
        return answer.json() if answer.ok else None

    def written(self, status: str) -> str:
        """The text of a status exactly as its author sent it."""
        return str(self._ask("GET", f"/api/v1/statuses/{status}/source", BOT)["text"])

    def posts(self, user: str = BOT) -> list[dict[str, Any]]:
        """All that a user posted, newest first, at most forty."""
        me = self._ask("GET", "/api/v1/accounts/verify_credentials", user)["id"]
        return list(self._ask("GET", f"/api/v1/accounts/{me}/statuses?limit=40", user))

    def answer(
        self,
        path: str,
        status: int,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        times: int = 1,
        methods: list[str] | None = None,
    ) -> None:
        """Let the next requests to a path (`*` matches anything) get this answer without being done."""
        effect = {"type": "status", "status": status, "body": body, "headers": headers or {}}
        rule = {"match": {"path": path, "methods": methods}, "effect": effect, "count": times}
        self._ask("POST", "/api/v1/_mock/faults", BOT, json=rule)

    def reset(self) -> None:
        """Reset to the three accounts, without posts and ordered answers.

        The server's own way makes every table anew, which takes four times as long.
        """
        _copy(self._first_copy, self.database)
        self._ask("DELETE", "/api/v1/_mock/faults", BOT)

    def keep_first_copy(self) -> None:
        """Keep what `reset` goes back to."""
        _copy(self.database, self._first_copy)

    @property
    def _first_copy(self) -> Path:
        return self.database.with_suffix(".first")

    def _headers(self, user: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token_of(user)}"}

    def _ask(self, method: str, path: str, user: str, **what: Any) -> Any:
        with requests.Session() as session:
            session.mount("http://", HTTPAdapter(max_retries=_BUSY))
            answer = session.request(
                method, self.url + path, headers=self._headers(user), timeout=10, **what
            )
        answer.raise_for_status()
        return answer.json() if answer.content else None


def _copy(database: Path, other: Path) -> None:
    """Write what a SQLite database holds over all that another one holds, also while that is in use."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(other)) as target:
        source.backup(target)


_BUSY = Retry(status=5, status_forcelist=[500], allowed_methods=["GET"], backoff_factor=0.1)
"""mastodon_mock 0.6.1 answers 500 to a read now and then while something is written."""


@contextmanager
def mastodon_server(
    *,
    enforce_scopes: bool = False,
    version: str = MastodonMockConfig().mocked_version,
    streams: bool = True,
    users: Iterable[str] = USERS,
    domain: str = "mock.local",
) -> Iterator[MastodonServer]:
    """A server for the length of the block, which reports this version.

    Handles and addresses end in its `domain`. Its files are deleted at the end.
    """
    with TemporaryDirectory(prefix="mastodon-", ignore_cleanup_errors=True) as folder:
        found = MastodonServer(url="", database=Path(folder, "mastodon.db"))
        accounts = [
            SeedAccount(
                username=user,
                display_name=user.title(),
                bot=user == BOT,
                access_token=found.token_of(user),
            )
            for user in users
        ]
        config = MastodonMockConfig(
            database=DatabaseConfig(path=str(found.database)),
            media_storage_path=str(Path(folder, "media")),
            seed=SeedConfig(accounts=accounts),
            auth=AuthConfig(enforce_scopes=enforce_scopes),
            mocked_version=version,
            domain=domain,
            streaming=StreamingConfig(enabled=streams, heartbeat_seconds=0.5),
        )
        with MockServer(config=config) as server:
            found.url = server.base_url
            found.keep_first_copy()
            yield found
