"""An inbox behind a proxy that can fail, and adapters that post to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.model.config import Account, Identity
from bot.core.model.delivery import Post
from bot.outbound.apprise.sender import PATIENCE
from bot.platforms.broadcast.adapter import BroadcastPlatform
from tests.clock import FakeClock
from tests.servers.inbox import inbox_server
from tests.servers.proxy import proxy

Adapter = Callable[..., BroadcastPlatform]
CLOCK = FakeClock()


def adapter(
    address: str, patience: float = PATIENCE, bot: str = "Ten Tips", name: str = "broadcast"
) -> BroadcastPlatform:
    """The adapter of an account at this Apprise address."""
    identity = Identity(id="bot", name=bot, timezone="UTC", site="https://tips.example")
    account = Account(name=name, kind="broadcast")
    return BroadcastPlatform(account, {"url": address}, identity, CLOCK, patience=patience)


def post(text: str = "One word is enough.", **changes) -> Post:
    """A frozen post."""
    plain = {"key": "key-1", "tip": "tip-1", "title": "A tip", "body": text}
    return Post(**{**plain, "text": text, "created_at": CLOCK.now(), **changes})


@pytest.fixture
def inbox():
    """A server that takes every message by HTTP."""
    with inbox_server() as server:
        yield server


@pytest.fixture
def line(inbox):
    """A proxy in front of it."""
    with proxy(inbox.url) as running:
        yield running


@pytest.fixture
def host(line):
    """Host and port of the proxy."""
    return line.url.removeprefix("http://")
