"""The running network, and accounts on it."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

import requests

from tests.servers.bluesky.service import facet
from tests.servers.postgres import binaries, running_postgres

from .installed import FOLDER, HERE

POST = "app.bsky.feed.post"
_NUMBERS = count(1)


@dataclass(frozen=True)
class Account:
    """An account: its permanent id, its handle, and a session with its own password."""

    network: Network
    did: str
    handle: str
    token: str

    def app_password(self) -> str:
        """Make an app password, which is called tips."""
        return str(self._post("com.atproto.server.createAppPassword", name="tips")["password"])

    def revoke(self) -> None:
        """Revoke that app password."""
        self._post("com.atproto.server.revokeAppPassword", name="tips")

    def put(self, collection: str, record: dict[str, Any], key: str) -> None:
        """Write a record under a key."""
        record = {"$type": collection, **record}
        place = {"repo": self.did, "collection": collection, "rkey": key}
        self._post("com.atproto.repo.putRecord", **place, record=record)
        self.network.settle()

    def say(self, text: str, reply_to: str | None = None, mentions: str = "") -> str:
        """Post, with a mention of somebody (a DID) in the first word; returns the address."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        record: dict[str, Any] = {"$type": POST, "text": text, "createdAt": now}
        if mentions:
            feature = {"$type": "app.bsky.richtext.facet#mention", "did": mentions}
            record["facets"] = [facet(text, 0, text.index(" "), feature)]
        if reply_to is not None:
            parent = self.network.record(reply_to)
            here = {name: parent[name] for name in ("uri", "cid")}
            root = parent["value"].get("reply", {}).get("root", here)
            record["reply"] = {"root": root, "parent": here}
        made = self._post(
            "com.atproto.repo.createRecord", repo=self.did, collection=POST, record=record
        )
        self.network.settle()
        return str(made["uri"])

    def delete(self, uri: str) -> None:
        """Delete a record."""
        collection, key = uri.split("/")[-2:]
        self._post("com.atproto.repo.deleteRecord", repo=self.did, collection=collection, rkey=key)
        self.network.settle()

    def _post(self, method: str, /, **body: Any) -> Any:
        return self.network.post(method, body, self.token)


@dataclass(frozen=True)
class Network:
    """A running network."""

    url: str
    control: str

    def account(self, word: str, name: str) -> Account:
        """A new account, whose handle begins with this word."""
        handle = f"{word}{next(_NUMBERS)}.test"
        body = {"handle": handle, "email": f"{handle}@mail.test", "password": "its own password"}
        made = self.post("com.atproto.server.createAccount", body)
        account = Account(self, made["did"], handle, made["accessJwt"])
        account.put("app.bsky.actor.profile", {"displayName": name}, "self")
        return account

    def settle(self) -> None:
        """Wait until the AppView knows what the server knows."""
        requests.post(f"{self.control}/settle", timeout=30).raise_for_status()

    def record(self, uri: str) -> Any:
        """A record, with its address and its hash."""
        repo, collection, key = uri.removeprefix("at://").split("/")
        params = {"repo": repo, "collection": collection, "rkey": key}
        return self._get("com.atproto.repo.getRecord", params)

    def records(self, account: Account, collection: str) -> list[Any]:
        """The records of an account."""
        params = {"repo": account.did, "collection": collection, "limit": "100"}
        found: list[Any] = self._get("com.atproto.repo.listRecords", params)["records"]
        return found

    def blob(self, account: Account, cid: str) -> bytes:
        """A file of an account."""
        params = {"did": account.did, "cid": cid}
        url = f"{self.url}/xrpc/com.atproto.sync.getBlob"
        answer = requests.get(url, params=params, timeout=30)
        assert answer.ok, f"getBlob: {answer.text}"
        return answer.content

    def post(self, name: str, body: dict[str, Any], token: str = "") -> Any:
        """Call a procedure."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = requests.post(f"{self.url}/xrpc/{name}", json=body, headers=headers, timeout=30)
        assert answer.ok, f"{name}: {answer.text}"
        return answer.json() if answer.content else {}

    def _get(self, name: str, params: dict[str, str]) -> Any:
        answer = requests.get(f"{self.url}/xrpc/{name}", params=params, timeout=30)
        assert answer.ok, f"{name}: {answer.text}"
        return answer.json()


@contextmanager
def running_network() -> Iterator[Network]:
    """The network, which ends with the block, or with this process."""
    programs = binaries()
    assert programs is not None
    with (
        running_postgres(programs) as server,
        server.database() as database,
        tempfile.TemporaryDirectory() as folder,
    ):
        environ = os.environ | {
            "DB_POSTGRES_URL": database,
            "NODE_PATH": str(FOLDER / "node_modules"),
            "TMPDIR": folder,
        }
        with subprocess.Popen(
            ["node", HERE / "network.cjs"],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert process.stdin is not None
            ports = json.loads(process.stdout.readline())
            at = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
            try:
                yield Network(url=at["pds"], control=at["control"])
            finally:
                process.stdin.close()
                process.wait(timeout=30)
