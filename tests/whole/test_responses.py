"""A webmention of a stranger, sent to a bot with its normal settings."""

from __future__ import annotations

import shutil
from xmlrpc.client import ServerProxy

import requests

from tests.servers.elsewhere import elsewhere
from tests.whole.operator import Operator, await_that
from tests.whole.test_first_day import FIRST, SHIPPED


def test_a_running_bot_asks_no_machine_of_a_private_network(operator: Operator) -> None:
    """The bot handles a webmention by itself, and sends no request to a private network."""
    shutil.copy(SHIPPED, operator.home)
    with elsewhere() as other, operator.runs("--now") as bot:
        source, target = f"{other.url}/post", f"{operator.site}/tips/{FIRST}"
        await_that(lambda: requests.get(target, timeout=10).ok)
        page = requests.get(target, timeout=10)
        form = {"source": "http://127.0.0.1/", "target": target}
        answer = requests.post(page.links["webmention"]["url"], data=form, timeout=10)
        assert answer.status_code == 202
        with ServerProxy(page.headers["x-pingback"]) as pingback:
            assert str(pingback.pingback.ping(source, target)).startswith("Thank you")
        await_that(lambda: "127.0.0.1 is in a private network" in bot.output)
        await_that(lambda: f"port {other.port} is not one of the web" in bot.output)
        assert other.seen == []
        assert operator.entries() == []
