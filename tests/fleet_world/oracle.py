"""Compares a fleet's ledger with what is on the servers: nothing twice, nothing lost."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise
from time import monotonic, sleep
from typing import Any, LiteralString

from bot.app.posting.reconcile import NOT_LOOKED
from bot.core.posting.transitions import ASKS, KEY_MARGIN
from bot.platforms.mastodon.instance import MASTODON
from tests.fleet_world.bots import SITE
from tests.fleet_world.world import EVERY, KEY, LONG, NONE, FleetWorld

PAUSE = timedelta(seconds=200)
"""Longer than a lease and than the longest time between two searches."""
ROUNDS = 12
A_WHILE = 1.0
"""Seconds."""
NOW = timedelta(0)
A_MOMENT = timedelta(milliseconds=100)

_UNPLANNED: LiteralString = """
SELECT count(*) AS number FROM fleet_task WHERE job = 'plan' AND due < %s
"""
"""A task that failed is due again in a minute, and its slot is not planned yet."""
_PLANNING: LiteralString = """
SELECT greatest(due, handed_until) - timezone('utc', clock_timestamp()) AS waits
FROM fleet_task WHERE job = 'plan' AND due < %s
"""
_RESTING: LiteralString = """
SELECT open_until - timezone('utc', clock_timestamp()) AS waits FROM fleet_host
WHERE open_until IS NOT NULL
"""
_UNSETTLED: LiteralString = """
SELECT count(*) AS number FROM delivery
WHERE state IN ('planned', 'sending', 'unsure') AND reason IS DISTINCT FROM %s
"""
_DELIVERIES: LiteralString = """
SELECT bot, id, slot, account, tip, state, attempt, remote_id, reason, due, handed_until FROM delivery
ORDER BY bot, id
"""
_ASKED_AFTER: LiteralString = """
SELECT max(at) - min(at) FILTER (WHERE after = 'sending') AS passed FROM delivery_event
WHERE bot = %s AND delivery = %s
"""
_WAITING: LiteralString = """
SELECT bot, account, tip, state, attempt, reason,
    handed_until - timezone('utc', now()) AS handed_for,
    held_until - timezone('utc', now()) AS held_for,
    coalesce(lease_until, not_before) AS acts_at, timezone('utc', now()) AS now
FROM delivery WHERE state IN ('planned', 'sending', 'unsure') ORDER BY acts_at
"""


def is_done(world: FleetWorld) -> bool:
    """Whether nothing is left that the workers could do now, but for listening."""
    return is_planned(world) and not due(world)


def is_planned(world: FleetWorld) -> bool:
    """Whether every slot that is due was planned."""
    return not _number(world, _UNPLANNED, world.next_slot.replace(tzinfo=None))


def due(world: FleetWorld) -> list[dict[str, Any]]:
    """The deliveries that a worker could do something about now.

    An account with a claim of somebody does nothing else, a post waits for its page, and one that
    came due before a worker's start waits while another one is searched for.
    """
    waiting = world.database.rows(_WAITING)
    later = [one for one in waiting if one["acts_at"] > one["now"]]
    claimed = {(one["bot"], one["account"]) for one in later if one["state"] == "sending"}
    searched = {(one["bot"], one["account"]) for one in later if one["state"] == "unsure"}
    pages = {(one["bot"], one["tip"]) for one in waiting if one["account"] == SITE.name}
    return [
        one
        for one in waiting
        if one["acts_at"] <= one["now"] and one["reason"] != ASKS
        if (one["bot"], one["account"]) not in claimed
        if one["account"] == SITE.name or (one["bot"], one["tip"]) not in pages
        if not (one["reason"] == NOT_LOOKED and (one["bot"], one["account"]) in searched)
    ]


def await_done(world: FleetWorld) -> None:
    """Wait until the workers have done all that they can do now."""
    end = monotonic() + LONG
    idle = IdleTime(world)
    while not is_done(world):
        assert monotonic() < end, left_over(world)
        idle.skip()
        sleep(0.1)


class IdleTime:
    """Lets time pass in which nothing can happen: what the dead were handed is theirs for a while."""

    def __init__(self, world: FleetWorld) -> None:
        self._world = world
        self._requests = -1
        self._since = 0.0

    def skip(self) -> None:
        """Go to the next moment at which something is handed out again, if there is one.

        Workers that ask no platform for a second are taken to be idle: a double is no harm.
        """
        if self._world.requests != self._requests:
            self._requests, self._since = self._world.requests, monotonic()
        if monotonic() < self._since + A_WHILE:
            return
        waits = [max(one["handed_for"] or NOW, one["held_for"] or NOW) for one in due(self._world)]
        next_slot = self._world.next_slot.replace(tzinfo=None)
        waits += [one["waits"] or NOW for one in self._world.database.rows(_PLANNING, next_slot)]
        waits += [one["waits"] for one in self._world.database.rows(_RESTING)]
        if coming := [one for one in waits if one > NOW]:
            self._world.advance(min(*coming, PAUSE) + A_MOMENT)  # no slot is passed over
            self._since = monotonic()


def left_over(world: FleetWorld) -> str:
    """What the workers leave undone, and what they wrote last, for people."""
    rows = [
        *due(world)[:10],
        *world.database.rows(_WAITING)[:20],
        *world.database.rows("SELECT * FROM fleet_task WHERE job = 'plan' ORDER BY due LIMIT 3"),
        *world.database.rows("SELECT status, count(*) FROM procrastinate_jobs GROUP BY status"),
    ]
    logs = [worker.output[-3000:] for worker in world.workers]
    return "\n".join([*map(str, rows), *logs])


def settle(world: FleetWorld, workers: int = 2) -> None:
    """Let workers run undisturbed until only a person can settle the rest."""
    while len(world.workers) < workers:
        world.start()
    resolve(world)
    world.stop()


def resolve(world: FleetWorld) -> None:
    """Let the workers that there are do all that they can, as long as that takes."""
    await_done(world)
    for _ in range(ROUNDS):
        if not _number(world, _UNSETTLED, ASKS):
            break
        world.advance(PAUSE)
        await_done(world)


def check(world: FleetWorld) -> str:
    """Check that nothing was lost or posted twice; returns the outcomes, for people."""
    deliveries = world.database.rows(_DELIVERIES)
    check_slots(world, deliveries)
    made = {
        account.name: world.made(account.name)
        for bot in world.bots
        for account in bot.accounts
        if account.url is not None
    }
    for account, posts in made.items():
        check_nothing_twice(account, posts, deliveries)
    for one in deliveries:
        check_outcome(world, one, made)
    states = Counter(one["state"] for one in deliveries)
    again = sum(one["attempt"] > 1 for one in deliveries)
    told = [f"{number} {state}" for state, number in sorted(states.items())]
    return ", ".join(
        [*told, f"{again} sent more than once", f"{_orphans(world)} claims of the dead"]
    )


def check_slots(world: FleetWorld, deliveries: list[dict[str, Any]]) -> None:
    """Check that every slot that came due was planned, for every account."""
    rows = world.database.rows("SELECT bot, name, due, outcome FROM slot ORDER BY bot, due")
    accounts = defaultdict(list)
    for one in deliveries:
        accounts[one["bot"], one["slot"]].append(one["account"])
    for bot in world.bots:
        slots = [row for row in rows if row["bot"] == bot.id]
        assert slots, bot.id
        assert {after["due"] - row["due"] for row, after in pairwise(slots)} <= {EVERY}, slots
        for row in slots:
            assert row["outcome"] == "planned", row
            wanted = sorted(account.name for account in bot.accounts)
            assert sorted(accounts[bot.id, row["name"]]) == wanted, row


def check_nothing_twice(
    account: str, posts: list[tuple[str, str]], deliveries: list[dict[str, Any]]
) -> None:
    """Check that each post has its delivery, and no delivery two posts."""
    tips = Counter(tip for _, tip in posts)
    wanted = Counter(
        one["tip"]
        for one in deliveries
        if one["account"] == account and one["state"] in {"posted", "unsure"}
    )
    assert tips <= wanted, (account, tips - wanted)
    assert max(wanted.values(), default=1) == 1, "there are too few tips for this test"


def check_outcome(
    world: FleetWorld, one: dict[str, Any], made: dict[str, list[tuple[str, str]]]
) -> None:
    """Check that a delivery is settled, and that its outcome is true."""
    if one["account"] == "site":
        pages = world.database.rows(
            "SELECT key FROM page WHERE bot = %s AND tip = %s", one["bot"], one["tip"]
        )
        assert (one["state"], len(pages)) == ("posted", 1), one
        return
    there = [remote_id for remote_id, tip in made[one["account"]] if tip == one["tip"]]
    if one["state"] == "unsure":
        assert one["account"].startswith(NONE) or is_forgotten(world, one), one
        assert one["reason"] == ASKS, one
    else:
        assert (one["state"], there) == ("posted", [one["remote_id"]]), one


def is_forgotten(world: FleetWorld, one: dict[str, Any]) -> bool:
    """Whether the server was out of reach until it may have forgotten the post's key."""
    (row,) = world.database.rows(_ASKED_AFTER, one["bot"], one["id"])
    remembered: timedelta = MASTODON.key_memory - KEY_MARGIN
    return bool(one["account"].startswith(KEY) and row["passed"] >= remembered)


def _orphans(world: FleetWorld) -> int:
    """How many claims a worker left behind that was killed, or was too slow."""
    query: LiteralString = (
        "SELECT count(*) AS number FROM delivery_event"
        " WHERE note = 'the bot stopped while it was being sent'"
    )
    return _number(world, query)


def _number(world: FleetWorld, query: LiteralString, *values: object) -> int:
    (row,) = world.database.rows(query, *values)
    return int(row["number"])
