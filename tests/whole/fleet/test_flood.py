"""One bot is flooded with replies while a hundred others post."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.fleet_world import FleetWorld, fleet_world
from tests.fleet_world.bots import SITE, BotSeed, FleetAccountSeed
from tests.fleet_world.oracle import await_done, check, settle
from tests.fleet_world.world import KEY, LONG, OFTEN
from tests.servers.notifications import Notifications
from tests.servers.proxy import proxy
from tests.whole.operator import await_that

Note = Callable[[str, object], None]

OTHERS = 100
REPLIES = 10_000
FLOODED = f"bot{OTHERS}"
POLL = timedelta(seconds=30)


def flooded_bot(world: FleetWorld, url: str) -> BotSeed:
    """The bot that is flooded: it posts as the others do, and listens as often as it may."""
    account = FleetAccountSeed(
        name=f"{KEY}{OTHERS}",
        kind="mastodon",
        url=url,
        secrets={"access_token": world.mastodon.token_of(FLOODED)},
        options=", poll: 30s",
    )
    return BotSeed(id=FLOODED, accounts=(SITE, account), schedule=OFTEN)


def one_reply(world: FleetWorld) -> dict[str, Any]:
    """The notification of a mention as the server shows it."""
    world.mastodon.say("alice", f"@{FLOODED} I have something to say.")
    headers = {"Authorization": f"Bearer {world.mastodon.token_of(FLOODED)}"}
    url = f"{world.mastodon.url}/api/v1/notifications"
    (told,) = requests.get(url, headers=headers, timeout=10).json()
    return dict(told)


def many(reply: dict[str, Any], number: int) -> list[dict[str, Any]]:
    """So many replies like this one, the newest first; the oldest is always the same."""
    ids = [str(10**6 + index) for index in reversed(range(number))]
    return [reply | {"id": one, "status": reply["status"] | {"id": one}} for one in ids]


def heard(world: FleetWorld) -> int:
    """How many replies the flooded bot has read."""
    (row,) = world.database.rows(
        "SELECT count(DISTINCT remote_id) AS number FROM entry WHERE bot = %s AND NOT ours", FLOODED
    )
    return int(row["number"])


def rests(world: FleetWorld) -> bool:
    """Whether nobody listens for the flooded bot now."""
    (row,) = world.database.rows(
        "SELECT bool_and(handed_until IS NULL AND due > timezone('utc', now())) AS rests"
        " FROM fleet_task WHERE bot = %s AND job = 'listen'",
        FLOODED,
    )
    return bool(row["rests"])


def last_post(world: FleetWorld, since: str) -> float:
    """How long after the moment `since` the last post of the others was made, in seconds."""
    (row,) = world.database.rows(
        "SELECT extract(epoch FROM max(posted_at) - %s::timestamp)::float AS late FROM delivery"
        " WHERE bot <> %s AND posted_at >= %s::timestamp",
        since,
        FLOODED,
        since,
    )
    return round(float(row["late"]), 1)


def post_all(world: FleetWorld) -> float:
    """Let a slot of every bot come due; how long it took until the last one was posted."""
    world.come_due()
    (row,) = world.database.rows("SELECT timezone('utc', now())::text AS now")
    await_done(world)
    return last_post(world, row["now"])


@pytest.mark.timeout(900)
def test_others_post_while_one_is_flooded(tmp_path: Path, record_property: Note) -> None:
    """A hundred bots post before the flood is read, which is then read whole, each reply once."""
    flood = Notifications()
    with (
        fleet_world(tmp_path, most=OTHERS + 1) as world,
        proxy(world.mastodon.url) as line,
    ):
        reply = one_reply(world)
        flood.notices = many(reply, 1)
        line.instead = flood.answer
        world.add_bots(OTHERS, networks=KEY)
        world.add(flooded_bot(world, line.url))
        for _ in range(2):
            world.start().await_start()
        await_that(lambda: heard(world) == 1, LONG)
        record_property("last post without the flood", f"after {post_all(world)} s")
        flood.notices = many(reply, REPLIES)
        record_property("last post under the flood", f"after {post_all(world)} s")
        record_property("replies read by then", heard(world))
        assert 0 < heard(world) < REPLIES
        while heard(world) < REPLIES:
            world.advance(POLL)
            await_that(lambda: rests(world), LONG)
        settle(world)
        record_property("outcomes", check(world))
