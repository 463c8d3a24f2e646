"""How soon a reply is in the log, with and without the server's stream."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tests.servers.mastodon import GOTOSOCIAL, MastodonServer, mastodon_server
from tests.servers.proxy import proxy
from tests.whole.conftest import TIPS
from tests.whole.operator import Operator, await_that

STOPS = 9.0
"""How long a stop may take, in seconds."""


def arrivals(home: Path) -> dict[str, datetime]:
    """The remote ids in the log, and the time of each."""
    with closing(sqlite3.connect(home / "data" / "tipsbot.db")) as database:
        rows = database.execute("SELECT account, remote_id, kept_at FROM entry").fetchall()
    return {
        f"{account}/{remote_id}": datetime.fromisoformat(at).replace(tzinfo=UTC)
        for account, remote_id, at in rows
    }


def _has(home: Path, entry: str) -> bool:
    return entry in arrivals(home)


def accounts(operator: Operator, *servers: tuple[str, str, MastodonServer]) -> None:
    """Give an operator accounts of these names at these addresses."""
    lines = [
        f"  {name}: {{kind: mastodon, server: '{url}', poll: 30s}}" for name, url, _ in servers
    ]
    operator.write(TIPS.format(platforms="\n".join(lines)))
    operator.secrets = {
        f"TIPSBOT_{name.upper()}_ACCESS_TOKEN": server.token for name, _, server in servers
    }


def test_a_reply_within_two_seconds(operator: Operator) -> None:
    """With a stream, each reply is in the log two seconds after it was posted."""
    with mastodon_server() as server:
        accounts(operator, ("town", server.url, server))
        with operator.runs("--now"):
            await_that(server.posts)
            (post,) = server.posts()
            time.sleep(3)  # it polled at its start, and does not again for half a minute
            for words in ("why?", "how?", "when?"):
                began = datetime.now(UTC)
                said = server.say("alice", f"@tips {words}", to=post["id"])
                await_that(partial(_has, operator.home, f"town/{said}"), within=5)
                assert (arrivals(operator.home)[f"town/{said}"] - began).total_seconds() < 2
            began_stop = time.monotonic()
        assert time.monotonic() - began_stop < STOPS


def test_without_a_stream(operator: Operator) -> None:
    """On a server without streams, and on a stream that has fallen silent, nothing is lost.

    What does not name the bot is found as well, and the bot stops as quickly as ever.
    """
    with (
        mastodon_server(version=GOTOSOCIAL, streams=False) as other,
        mastodon_server() as server,
        proxy(server.url) as line,
    ):
        line.stall_streams()
        accounts(operator, ("town", line.url, server), ("village", other.url, other))
        with operator.runs("--now") as bot:
            await_that(lambda: server.posts() and other.posts())
            await_that(lambda: "stream_lost" in bot.output)
            expected = set()
            for name, there in (("town", server), ("village", other)):
                first = there.say("alice", "@tips why?", to=there.posts()[0]["id"])
                second = there.say("bob", "I wonder, too", to=first)
                expected |= {f"{name}/{first}", f"{name}/{second}"}
            await_that(lambda: expected <= set(arrivals(operator.home)), within=75)
            tips = {entry["tip"] for entry in operator.entries()}
            began_stop = time.monotonic()
        assert time.monotonic() - began_stop < STOPS
        assert len(tips) == 1
        assert bot.output.count("stream_lost") == 1
