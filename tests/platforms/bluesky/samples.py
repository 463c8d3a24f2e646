"""Adapters, posts and deliveries for the tests of the Bluesky adapter."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from bot.core.errors import PlatformError
from bot.core.model.config import Account
from bot.core.model.delivery import Post, Span, SpanKind
from bot.platforms.bluesky.adapter import BlueskyPlatform
from tests.clock import FakeClock
from tests.core import samples
from tests.servers.bluesky.service import PASSWORD

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
POST = Post(key="k", tip="t", title="T", text="A tip.", body="A tip.", created_at=NOON)
LINK = "https://tips.example/tips/one?a=b"
FULL = Post(
    key="full",
    tip="one",
    title="Grüße",
    text=f"👩‍⚕️ Grüße. #Überblick {LINK}",
    body="Grüße. Say hello to **everybody** in the house.",
    spans=(
        Span(kind=SpanKind.TAG, start=12, end=22, target="Überblick"),
        Span(kind=SpanKind.LINK, start=23, end=23 + len(LINK), target=LINK),
    ),
    link=LINK,
    tags=("überblick",),
    language="de",
    created_at=NOON,
)
"""A post with everything, of which most letters have several bytes."""


def adapter(server, clock, **changed):
    """The adapter for the server's bot."""
    return adapter_at(server.url, server.bot.handle, clock, **changed)


def adapter_at(
    address, handle="tips.test", clock=None, *, password=PASSWORD, files=None, pictures=None
):
    """An adapter for a server at this address."""
    account = Account(name="bluesky", kind="bluesky", options={"server": address, "handle": handle})
    secrets = {"app_password": password}
    clock = clock or FakeClock(NOON)
    return BlueskyPlatform(account, secrets, clock, files=files, pictures=pictures)


def unsure(post=POST):
    """A delivery of a post that may have been sent."""
    return samples.unsure(post, "bluesky", NOON)


@contextmanager
def failing():
    """Catches the one error of our tree, and looks at its line."""
    with pytest.raises(PlatformError) as caught:
        yield caught
    line = str(caught.value)
    assert line.isprintable()
    assert len(line) < 400
    assert caught.value.todo
