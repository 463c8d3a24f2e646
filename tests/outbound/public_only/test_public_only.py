"""No connection is made to a private network for a bot whose file somebody else may write."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field

import pytest

from bot.core.errors import RetryLater
from bot.core.model.config import Account
from bot.core.model.delivery import Post
from bot.outbound.apprise.sender import AppriseSender
from bot.outbound.public_only.guard import PrivateAddressError, public_only
from bot.outbound.public_only.transport import PrivateServer, PublicTransport
from bot.outbound.session import Session, not_sent
from bot.outbound.watched_transport import watching
from bot.platforms.bluesky.adapter import BlueskyPlatform
from bot.platforms.mastodon.adapter import MastodonPlatform
from bot.platforms.threads.adapter import ThreadsPlatform
from bot.platforms.x.adapter import XPlatform
from tests.clock import FakeClock
from tests.servers.scripted import Scripted, scripted

TODO = "is in a private network; use a public server, or set TIPSBOT_ALLOW_PRIVATE_SERVERS=1"
CLOCK = FakeClock()
POST = Post(key="k", tip="t", title="T", text="A tip.", body="A tip.", created_at=CLOCK.now())
X_SECRETS = ("api_key", "api_secret", "access_token", "access_secret")


@dataclass
class Listening:
    """A port of the loopback on which nobody answers; what it notes is who connects."""

    socket: socket.socket

    @property
    def port(self) -> int:
        """Its number."""
        return int(self.socket.getsockname()[1])

    @property
    def was_connected_to(self) -> bool:
        """Whether a connection waits there."""
        with suppress(BlockingIOError):
            self.socket.accept()[0].close()
            return True
        return False


@dataclass
class Health:
    """`core.ports.network_state.HostHealth`, which notes what it is told."""

    told: list[str] = field(default_factory=list)

    def failed(self, host: str) -> None:
        self.told.append(f"{host} failed")

    def succeeded(self, host: str) -> None:
        self.told.append(f"{host} succeeded")


@pytest.fixture
def inside() -> Iterator[Listening]:
    """A server of the private network."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield Listening(listener)


def refused() -> AbstractContextManager[object]:
    """That a connection is refused within the block."""
    return pytest.raises(PrivateAddressError)


def mastodon(url: str) -> MastodonPlatform:
    """An account on Mastodon at this address."""
    account = Account(name="m", kind="mastodon", options={"server": url})
    return MastodonPlatform(account, {"access_token": "t"}, CLOCK, carrier=PublicTransport)


def x(url: str) -> XPlatform:
    """An account on X at this address."""
    account = Account(name="x", kind="x", options={"api": url})
    return XPlatform(account, dict.fromkeys(X_SECRETS, "t"), CLOCK, carrier=PublicTransport)


def bluesky(url: str) -> BlueskyPlatform:
    """An account on Bluesky at this address."""
    account = Account(name="b", kind="bluesky", options={"server": url, "handle": "b.test"})
    return BlueskyPlatform(account, {"app_password": "t"}, CLOCK, carrier=PublicTransport)


def threads(url: str) -> ThreadsPlatform:
    """An account on Threads at this address."""
    account = Account(name="t", kind="threads", options={"server": url})
    return ThreadsPlatform(account, {"access_token": "t"}, CLOCK, carrier=PublicTransport)


CALLS: dict[str, Callable[[str], object]] = {
    "Mastodon: post": lambda url: mastodon(url).publish(POST),
    "Mastodon: listen": lambda url: mastodon(url).poll(None),
    "X: post": lambda url: x(url).publish(POST),
    "X: listen": lambda url: x(url).poll(None),
    "Bluesky: post": lambda url: bluesky(url).publish(POST),
    "Bluesky: listen": lambda url: bluesky(url).poll(None),
    "Threads: prepare": lambda url: threads(url).prepare(POST),
    "Threads: listen": lambda url: threads(url).poll(None),
}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])
@pytest.mark.parametrize("call", CALLS)
def test_no_client_connects_to_a_private_address(inside: Listening, call: str, host: str) -> None:
    """Whatever its name leads to: nothing was sent, it is tried again, and the error says why."""
    with pytest.raises(RetryLater) as caught:
        CALLS[call](f"http://{host}:{inside.port}")
    assert TODO in str(caught.value)
    assert not inside.was_connected_to


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "a.name.example",
    ],
)
def test_what_is_private(address: str) -> None:
    """The address that a socket goes to is judged; a name, which can lead anywhere, is refused."""
    with socket.socket() as sock, public_only() as connections, refused():
        sys.audit("socket.connect", sock, (address, 443))
    assert connections.prove_nothing_was_sent


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111"])
def test_what_is_public(address: str) -> None:
    """A connection to the public internet is made; from then on nothing proves that it failed."""
    with socket.socket() as sock, public_only() as connections:
        sys.audit("socket.connect", sock, (address, 443))
        with refused():
            sys.audit("socket.connect", sock, ("10.0.0.1", 443))
    assert not connections.prove_nothing_was_sent


def test_only_this_thread_and_block_are_judged(inside: Listening) -> None:
    """Other threads, and the same one afterwards, connect to where they like."""
    there = ("127.0.0.1", inside.port)
    with public_only():
        with refused():
            socket.create_connection(there)
        other = threading.Thread(target=lambda: socket.create_connection(there).close())
        other.start()
        other.join()
        assert inside.was_connected_to
    socket.create_connection(there).close()
    assert inside.was_connected_to


def test_a_refusal_is_no_failure_of_the_server(inside: Listening) -> None:
    """A server that was not asked has not failed: a private one opens no circuit breaker."""
    health = Health()
    url = f"http://127.0.0.1:{inside.port}"
    carrier = watching(health, allow_private=False)
    with Session(carrier) as session, pytest.raises(PrivateServer) as caught:
        session.get(url)
    assert health.told == []
    assert not_sent(caught.value) == f"it {TODO}"


def test_it_may_be_allowed() -> None:
    """TIPSBOT_ALLOW_PRIVATE_SERVERS=1 lets every server be asked."""
    with scripted(lambda *_: Scripted(status=200, body={})) as (url, asked):
        for carrier in (lambda: PublicTransport(allow_private=True), None):
            with Session(carrier) as session:
                assert session.get(url).ok
    assert len(asked) == 2


def test_a_proxy_of_the_environment_may_be_private(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy is the operator's choice; it connects to the server, and not the bot."""
    for name in ("no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with scripted(lambda *_: Scripted(status=200, body={})) as (url, asked):
        monkeypatch.setenv("http_proxy", url)
        with Session(PublicTransport) as session:
            assert session.get("http://town.example/").ok
    assert len(asked) == 1


def test_what_is_not_proxied_is_judged(inside: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that NO_PROXY names is connected to by the bot itself, and so refused."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Session(PublicTransport) as session, pytest.raises(PrivateServer):
        session.get(f"http://127.0.0.1:{inside.port}")
    assert not inside.was_connected_to


@pytest.mark.parametrize(
    "address",
    [
        "json://127.0.0.1:{port}/",
        "json://localhost:{port}/",
        "kodi://127.0.0.1:{port}/",
        "mailto://ann:pass@example.org?smtp=127.0.0.1&port={port}&mode=insecure",
    ],
)
def test_no_service_of_apprise_in_a_private_network(inside: Listening, address: str) -> None:
    """Neither by HTTP nor by mail, nor one whose host is known when it connects: nothing is sent."""
    sender = AppriseSender("V", address.format(port=inside.port), "bot", is_public_only=True)
    with pytest.raises(RetryLater, match="TIPSBOT_ALLOW_PRIVATE_SERVERS=1"):
        sender.send("A tip.")
    assert not inside.was_connected_to


def test_apprise_uses_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy may be in a private network; the service behind it is the proxy's to judge."""
    for name in ("no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with scripted(lambda *_: Scripted(status=200, body={})) as (url, asked):
        monkeypatch.setenv("http_proxy", url)
        AppriseSender("V", "json://town.example/", "bot", is_public_only=True).send("A tip.")
    assert len(asked) == 1


def test_mail_goes_by_no_proxy(inside: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """SMTP has no proxy: where the environment names one, the mail server itself is judged."""
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    there = f"mailto://ann:pass@example.org?smtp=127.0.0.1&port={inside.port}&mode=insecure"
    with pytest.raises(RetryLater, match="private network"):
        AppriseSender("V", there, "bot", is_public_only=True).send("A tip.")
    assert not inside.was_connected_to
