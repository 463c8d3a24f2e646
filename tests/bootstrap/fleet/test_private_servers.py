"""A bot of a fleet whose servers are in a private network, for what is no worker."""

from __future__ import annotations

import socket
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.app.fleet.sync import Change
from bot.bootstrap.fleet.one_bot import open_bot
from bot.core.alerts.message import Message
from bot.core.errors import RetryLater
from bot.core.model.delivery import Post
from bot.core.ports.platform import Publisher
from tests.bootstrap.fleet.conftest import tips
from tests.tree import KEY_FILE

pytestmark = [pytest.mark.postgresql, pytest.mark.long]

PLATFORMS = """\
platforms:
  town: {{kind: mastodon, server: 'http://127.0.0.1:{port}', link: never}}
  room: {{kind: broadcast, link: never}}
alerts: {{}}
"""
TODO = "TIPSBOT_ALLOW_PRIVATE_SERVERS=1"
POST = Post(key="k", tip="t", title="T", text="A.", body="A.", created_at=datetime.now(UTC))


def test_what_is_no_worker_connects_to_public_servers_only(operated, postgres_url, tmp_path):
    """A command with --bot, and a web process, which is made alike, reach no private network."""
    with socket.create_server(("127.0.0.1", 0)) as inside:
        inside.setblocking(False)
        port = inside.getsockname()[1]
        allowing = replace(operated.fleet.environment, allow_private_servers=True)
        operated.fleet = replace(operated.fleet, environment=allowing)
        operated.write("ada", tips("Ask.", more=PLATFORMS.format(port=port)))
        assert operated.sync() == {"ada": Change.ADDED}
        variables = {
            "TIPSBOT_DATABASE_URL": postgres_url,
            "TIPSBOT_KEY_FILE": str(KEY_FILE),
            "TIPSBOT_SECRETS": str(tmp_path / "secrets"),
        }
        for name in ("room_url", "alerts_url", "town_access_token"):
            file = tmp_path / "secrets" / "ada" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"json://127.0.0.1:{port}/")
        with closing(open_bot("ada", variables)) as container:
            for account in ("town", "room"):
                publisher = container.adapters.port(Publisher, account)
                assert publisher is not None
                with pytest.raises(RetryLater, match=TODO):
                    publisher.publish(POST)
            with pytest.raises(RetryLater, match=TODO):
                container.adapters.alert_channel().send(Message(title="T", lines=("A.",)))
        with pytest.raises(BlockingIOError):
            inside.accept()
