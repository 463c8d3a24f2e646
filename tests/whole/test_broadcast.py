"""Services that only hear the tip, beside the site, with the whole program."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.servers.inbox import Inbox, inbox_server
from tests.whole.operator import Operator, await_that

FILE = """\
bot: {name: Ten Tips, site: https://tips.tipsbot.dev}
platforms:
  site: {}
  chat: {kind: broadcast, gap: 0s}
  sms: {kind: broadcast, gap: 0s}
schedule:
  - {name: yearly, cron: "0 9 29 feb *"}
tips:
  - id: sources
    title: Name your sources
    text: Say where you have it from. It costs half a line and earns the trust of all your readers.
    link: https://www.w3.org/Provider/Style/URI/a-long-address/that-counts-in-full/where-nothing-shortens-it
    tags: [writing]
"""
SECRET = "a-secret-path-of-this-test"


@pytest.fixture
def inbox():
    """What the chat's service got."""
    with inbox_server() as server:
        yield server


@pytest.fixture
def broadcasting(operator: Operator, inbox: Inbox) -> Operator:
    """An operator with the site, a chat and short messages."""
    operator.write(FILE)
    operator.secrets = {
        "TIPSBOT_CHAT_URL": f"json://127.0.0.1:{inbox.port}/{SECRET}",
        "TIPSBOT_SMS_URL": "bulksms://ann:pass@+15551234567",
    }
    return operator


def coming(operator: Operator) -> dict[str, dict[str, Any]]:
    """The next post of each account in `preview --json`."""
    first, *_ = operator.does("preview", "--json").records
    return {one["account"]: one for one in first["posts"]}


def test_each_gets_what_its_service_takes(broadcasting: Operator) -> None:
    """Once the bot has run, preview shows each service's own limit, and a text within it."""
    with broadcasting.runs():
        await_that(lambda: coming(broadcasting)["chat"]["native"]["limit"] == 32768)
    posts = coming(broadcasting)
    assert posts["sms"]["native"]["limit"] == 160
    assert len(posts["sms"]["text"]) <= 160 < len(posts["chat"]["text"])


def test_posted_and_unsure(broadcasting: Operator, inbox: Inbox) -> None:
    """A yes is posted, a no is unsure and settled by hand, and no message is sent twice."""
    with broadcasting.runs() as bot:
        assert broadcasting.does("post", "sources", "--to", "chat").err == ""
        await_that(lambda: len(inbox.messages) == 1)
        inbox.status = 403
        broadcasting.does("post", "sources", "--to", "chat", "--again")
        await_that(lambda: waiting(broadcasting))
        (unsure,) = waiting(broadcasting)
        assert "did not confirm the post" in json.dumps(unsure)
        settled = broadcasting.does("resolve", str(unsure["delivery"]), "--posted", "seen-there")
        assert (settled.code, settled.err) == (0, "")
    assert len(inbox.asked) == 2
    told = bot.output + broadcasting.does("status").out + broadcasting.does("posts").out
    assert SECRET not in told


def waiting(operator: Operator) -> list[dict[str, Any]]:
    """The unsure deliveries in `status --json`."""
    return [one for one in operator.status()["waiting"] if one["state"] == "unsure"]
