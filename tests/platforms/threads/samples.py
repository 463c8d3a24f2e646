"""Adapters, posts and deliveries for the tests of the Threads adapter."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.core.errors import PlatformError
from bot.core.model.config import Account
from bot.core.model.delivery import Post
from bot.core.model.picture import CARD, Picture
from bot.platforms.threads.adapter import ThreadsPlatform
from tests.clock import FakeClock
from tests.core import samples

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
POST = Post(key="k", tip="one", title="T", text="A tip.", body="A tip.", created_at=NOON)
SITE = "https://tips.test.net"
PICTURE = replace(POST, picture=Picture(name=CARD, alt="Words on a card."))
TOKEN = "THAAtoken0001AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"


def adapter(server, clock, **changed):
    """The adapter for the server's bot."""
    return adapter_at(server.url, clock, **({"token": server.token.secret} | changed))


def adapter_at(address, clock=None, *, token=TOKEN, site=SITE, **given):
    """An adapter for a server at this address."""
    account = Account(name="threads", kind="threads", options={"server": address})
    secrets = {"access_token": token}
    return ThreadsPlatform(account, secrets, clock or FakeClock(NOON), site=site, **given)


def prepared(bot, post=POST):
    """The post with its container, as it is stored before it is sent."""
    return replace(post, prepared=bot.prepare(post))


def unsure(post=POST, at=NOON):
    """A delivery of a post that may have been sent."""
    return samples.unsure(post, "threads", at)


@contextmanager
def failing():
    """Catches the one error of our tree, and looks at its line."""
    with pytest.raises(PlatformError) as caught:
        yield caught
    line = str(caught.value)
    assert line.isprintable()
    assert len(line) < 400
    assert caught.value.todo
