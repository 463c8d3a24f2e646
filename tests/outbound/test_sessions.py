"""No client of ours shows anybody's password, or shows a token to another server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot.core.errors import PlatformError
from bot.core.model.config import Account, Tip
from bot.core.model.delivery import Post
from bot.outbound.language_model import AskTimeout, Model
from bot.outbound.session import Session
from bot.platforms.bluesky.adapter import BlueskyPlatform
from bot.platforms.mastodon.adapter import MastodonPlatform
from bot.platforms.threads.adapter import ThreadsPlatform
from bot.platforms.x.adapter import XPlatform
from tests.clock import MONDAY, FakeClock

TOKEN = "our-own-token-0001"
POST = Post(key="k", tip="t", title="T", text="A tip.", body="A tip.", created_at=datetime.now(UTC))


@dataclass
class Recorder:
    """A server that answers everything alike, and remembers what it was shown."""

    url: str = ""
    status: int = 403
    location: str | None = None
    paths: list[str] = field(default_factory=list)
    shown: list[str | None] = field(default_factory=list)


@contextmanager
def recording() -> Iterator[Recorder]:
    """A recorder on a free port."""
    recorder = Recorder()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            recorder.paths.append(self.path)
            recorder.shown.append(self.headers.get("Authorization"))
            self.send_response(recorder.status)
            if recorder.location is not None:
                self.send_header("Location", recorder.location)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_GET = do_POST = do_DELETE = answer  # noqa: N815 - the base class calls them so

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        recorder.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield recorder
        server.shutdown()


@pytest.fixture
def server():
    """The server that the token is for."""
    with recording() as recorder:
        yield recorder


@pytest.fixture
def elsewhere():
    """Another server."""
    with recording() as recorder:
        yield recorder


def mastodon(url: str) -> MastodonPlatform:
    """An account on Mastodon at this address."""
    account = Account(name="m", kind="mastodon", options={"server": url})
    return MastodonPlatform(account, {"access_token": TOKEN}, FakeClock())


def x(url: str) -> XPlatform:
    """An account on X at this address."""
    account = Account(name="x", kind="x", options={"api": url})
    names = ("api_key", "api_secret", "access_token", "access_secret")
    return XPlatform(account, dict.fromkeys(names, TOKEN), FakeClock())


def bluesky(url: str) -> BlueskyPlatform:
    """An account on Bluesky at this address."""
    account = Account(name="b", kind="bluesky", options={"server": url, "handle": "b.test"})
    return BlueskyPlatform(account, {"app_password": TOKEN}, FakeClock())


def threads(url: str) -> ThreadsPlatform:
    """An account on Threads at this address."""
    account = Account(name="t", kind="threads", options={"server": url})
    return ThreadsPlatform(account, {"access_token": TOKEN}, FakeClock())


def model(url: str, key: str | None = TOKEN) -> object:
    """Ask a model at this address."""
    tip = Tip(id="one", title="Be brave", text="It takes courage.")
    return Model(url=url, name="m", key=key, patience=AskTimeout(pause=0.0)).propose(tip, 100)


def plain(url: str) -> None:
    """Ask for a page in the way in which no client of ours does."""
    with Session() as session:
        session.get(url, headers={"Authorization": f"Bearer {TOKEN}"}, allow_redirects=True)


CALLS: dict[str, Callable[[str], object]] = {
    "Mastodon: post": lambda url: mastodon(url).publish(POST),
    "Mastodon: listen": lambda url: mastodon(url).poll(None),
    "Mastodon: learn": lambda url: mastodon(url).learn(),
    "Mastodon: read own posts": lambda url: mastodon(url).list_own_posts(
        MONDAY - timedelta(days=1)
    ),
    "Mastodon: delete": lambda url: mastodon(url).retract("1"),
    "Mastodon: stream": lambda url: mastodon(url).hints(lambda: None, lambda: False),
    "X: post": lambda url: x(url).publish(POST),
    "X: listen": lambda url: x(url).poll(None),
    "X: read own posts": lambda url: x(url).list_own_posts(MONDAY - timedelta(days=1)),
    "X: delete": lambda url: x(url).retract("1"),
    "Bluesky: log in": lambda url: bluesky(url).publish(POST),
    "Threads: make a container": lambda url: threads(url).prepare(POST),
    "Threads: listen": lambda url: threads(url).poll(None),
    "Threads: delete": lambda url: threads(url).retract("1"),
    "model": model,
    "any": plain,
}

NETRC = {
    "default": "default login somebody password secret\n",
    "machine": "machine 127.0.0.1 login somebody password secret\n",
    "other first": "machine x.example login a password b\ndefault login c password d\n",
    "no login": "default password secret\n",
    "account": "machine 127.0.0.1 login somebody account z password secret\n",
}


@pytest.mark.parametrize("lines", NETRC)
@pytest.mark.parametrize("place", ["NETRC", ".netrc", "_netrc"])
@pytest.mark.parametrize("call", CALLS)
def test_netrc_is_not_read(server, tmp_path, monkeypatch, call, lines, place):
    """Each request shows the token that it was given, whatever a person keeps in a .netrc."""
    file = tmp_path / (".netrc" if place == "NETRC" else place)
    file.write_text(NETRC[lines])
    file.chmod(0o600)
    monkeypatch.delenv("NETRC", raising=False)
    monkeypatch.setenv(*(("NETRC", str(file)) if place == "NETRC" else ("HOME", str(tmp_path))))
    with suppress(PlatformError):
        CALLS[call](server.url)
    assert server.shown
    assert all(TOKEN in (shown or TOKEN) for shown in server.shown)
    assert not any("Basic" in (shown or "") for shown in server.shown)


def test_no_credential_is_found_for_who_has_none(server, tmp_path, monkeypatch):
    """A request without a credential shows none."""
    (tmp_path / ".netrc").write_text(NETRC["default"])
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with suppress(PlatformError):
        model(server.url, key=None)
    assert server.shown == [None]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "somebody:secret@127.0.0.1"])
@pytest.mark.parametrize("call", CALLS)
def test_a_token_goes_to_its_server_only(server, elsewhere, call, status, host):
    """No redirect to another host, port or scheme is followed, with the token or without."""
    server.status = status
    server.location = elsewhere.url.replace("127.0.0.1", host) + "/api/v1/elsewhere"
    with suppress(PlatformError):
        CALLS[call](server.url)
    assert server.paths
    assert elsewhere.paths == []


@pytest.mark.parametrize("location", ["http://[", "//", "\\\\x", "http://x:99999/", "%", ""])
def test_a_redirect_to_nowhere(server, location):
    """A redirect that leads to no address is an answer like any other."""
    server.status, server.location = 302, location
    with Session() as session:
        assert session.get(server.url).status_code == 302


@pytest.mark.parametrize("call", CALLS)
def test_the_proxy_of_the_environment_is_used(elsewhere, monkeypatch, call):
    """Every client goes by the proxy that the environment names."""
    for name in ("no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", elsewhere.url)
    with suppress(PlatformError):
        CALLS[call]("http://town.example")
    assert elsewhere.paths
    assert all(path.startswith("http://town.example/") for path in elsewhere.paths)


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_certificates_of_the_environment_are_used(tmp_path, monkeypatch, name):
    """Certificates that the environment names are those that count."""
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.setenv(name, str(tmp_path / "own.pem"))
    with Session() as session:
        found = session.merge_environment_settings("https://x.example", {}, None, None, None)
    assert found["verify"] == str(tmp_path / "own.pem")
