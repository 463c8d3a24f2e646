"""What the strict server of the other tests says, held against Bluesky's own software."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.core.errors import Duplicate, Refused
from bot.core.model.lookup import Found
from tests.clock import FakeClock
from tests.platforms.bluesky.samples import FULL, POST, adapter_at, unsure

pytestmark = pytest.mark.long

UNITS = ["a", "e\u0301", "🏳️‍🌈", "👍🏽", "👨‍👩‍👧‍👦", "🇩🇪", "ก็", "한", "\r\n"]


@pytest.fixture(scope="module")
def real(bluesky_network):
    """An adapter for a new account."""
    account = bluesky_network.account("count", "Counter")
    clock = FakeClock(datetime.now(UTC).replace(microsecond=0))
    return adapter_at(bluesky_network.url, account.handle, clock, password=account.app_password())


@pytest.mark.parametrize("unit", UNITS, ids=ascii)
def test_graphemes(real, unit):
    """The server counts as we do: 300 characters as readers count them, or 3,000 bytes."""
    fits = min(300, 3000 // len(unit.encode()))
    real.publish(replace(POST, key=f"fits {unit}", text=unit * fits))
    with pytest.raises(Refused):
        real.publish(replace(POST, key=f"not {unit}", text=unit * (fits + 1)))


def test_bytes(real):
    """The server takes 3,000 bytes, and not one more."""
    text = "👨‍👩‍👧‍👦" * 120
    real.publish(replace(POST, key="bytes", text=text))
    with pytest.raises(Refused):
        real.publish(replace(POST, key="more bytes", text=f"{text}a"))


def test_repeat(real, bluesky_network):
    """The identical record changes nothing on the server; another one is not written over it."""
    first = real.publish(FULL)
    before = bluesky_network.record(first.remote_id)
    assert real.publish(FULL).remote_id == first.remote_id
    with pytest.raises(Duplicate):
        real.publish(replace(FULL, text="Another text."))
    assert bluesky_network.record(first.remote_id) == before
    assert isinstance(real.find(unsure(FULL)), Found)


def test_own_password(bluesky_network):
    """The server tells the account's own password from an app password, by its token."""
    account = bluesky_network.account("own", "Own")
    bot = adapter_at(bluesky_network.url, account.handle, password="its own password")
    assert any("own password" in one.what for one in bot.inspect())
    bot = adapter_at(bluesky_network.url, account.handle, password=account.app_password())
    assert not any("own password" in one.what for one in bot.inspect())


def test_label(bluesky_network):
    """The label of bots is found where people set it."""
    account = bluesky_network.account("label", "Label")
    bot = adapter_at(bluesky_network.url, account.handle, password=account.app_password())
    assert any("does not say that it is a bot" in one.what for one in bot.inspect())
    values = [{"val": "bot"}]
    labels = {"$type": "com.atproto.label.defs#selfLabels", "values": values}
    account.put("app.bsky.actor.profile", {"labels": labels}, "self")
    assert not any("does not say that it is a bot" in one.what for one in bot.inspect())
