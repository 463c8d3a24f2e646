"""Jobs that Procrastinate loses or delivers twice: the ledger is the truth, and a job only a hint."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import LiteralString

import pytest

from bot.store.postgres.due_work import HANDED
from tests.fleet_world import FleetWorld
from tests.fleet_world.oracle import await_done, check, is_done, settle
from tests.fleet_world.world import LONG
from tests.whole.operator import await_that

Note = Callable[[str, object], None]

ROUNDS = 4
THROW: LiteralString = """
WITH thrown AS (DELETE FROM procrastinate_jobs WHERE random() < %s RETURNING args->'batch' AS batch)
SELECT job->>'bot' AS bot, job->>'job' AS job, job->>'account' AS account
FROM thrown, jsonb_array_elements(batch) AS job
"""
HANDED_FOR_LONG: LiteralString = """
SELECT bot, account, handed_until FROM delivery WHERE handed_until > timezone('utc', clock_timestamp()) + %s
UNION ALL
SELECT bot, account, handed_until FROM fleet_task WHERE handed_until > timezone('utc', clock_timestamp()) + %s
"""
TWICE: LiteralString = """
CREATE FUNCTION deliver_twice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, status, attempts)
    VALUES (NEW.queue_name, NEW.task_name, NEW.priority, NEW.args, 'todo', 0);
    RETURN NULL;
END $$;
CREATE TRIGGER twice AFTER INSERT ON procrastinate_jobs FOR EACH ROW WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION deliver_twice();
"""
SOON = HANDED + timedelta(seconds=1)


class Thrower(threading.Thread):
    """Throws away a share of all jobs, those that run included, until it is told to stop."""

    def __init__(self, world: FleetWorld) -> None:
        super().__init__(daemon=True)
        self.thrown: Counter[tuple[str, ...]] = Counter()
        self.share = 0.5
        self._world = world
        self._over = threading.Event()

    def run(self) -> None:
        """Throw."""
        while not self._over.wait(0.02):
            rows = self._world.database.rows(THROW, self.share)
            self.thrown.update(tuple(row.values()) for row in rows)

    def stop(self) -> None:
        """Throw no more."""
        self._over.set()
        self.join()


@contextmanager
def throwing(world: FleetWorld) -> Iterator[Thrower]:
    """A thrower for the length of the block."""
    thrower = Thrower(world)
    thrower.start()
    try:
        yield thrower
    finally:
        thrower.stop()


@pytest.mark.timeout(600)
def test_jobs_are_thrown_away_at_random(world: FleetWorld, record_property: Note) -> None:
    """What was in a lost job is done as soon as a worker's time for it is over, and once."""
    thrown = 0
    for _ in range(ROUNDS):
        world.come_due()
        with throwing(world) as thrower:
            world.await_requests(1)
            for _ in range(6):
                world.advance(SOON)
                assert not world.database.rows(HANDED_FOR_LONG, HANDED, HANDED)
                await_that(lambda: thrower.is_alive() and sum(thrower.thrown.values()), LONG)
        thrown += sum(thrower.thrown.values())
        world.advance(SOON)
        await_done(world)
    settle(world)
    record_property("outcomes", f"{thrown} jobs thrown away; {check(world)}")


@pytest.mark.timeout(600)
def test_every_job_is_thrown_away_for_a_while(world: FleetWorld, record_property: Note) -> None:
    """A job that is lost is handed out again and again, each time its time is over."""
    world.come_due()
    with throwing(world) as thrower:
        thrower.share = 1.0
        for times in range(1, 4):
            await_that(partial(enough, world, thrower, times), LONG)
            assert not world.database.rows(HANDED_FOR_LONG, HANDED, HANDED)
            world.advance(SOON)
    await_done(world)
    settle(world)
    record_property("outcomes", f"{sum(thrower.thrown.values())} thrown away; {check(world)}")


def enough(world: FleetWorld, thrower: Thrower, times: int) -> bool:
    """Whether everything that has not been done was thrown away so often."""
    planning = [thrower.thrown[bot.id, "plan", ""] for bot in world.bots]
    return is_done(world) or sum(number >= times for number in planning) >= len(planning) // 2


@pytest.mark.timeout(600)
def test_every_job_is_delivered_twice(world: FleetWorld, record_property: Note) -> None:
    """Of two jobs for the same work one does it, whichever workers have them."""
    world.database.run(TWICE)
    world.slow_down(0.05)
    for _ in range(ROUNDS):
        world.come_due()
        await_done(world)
    settle(world)
    record_property("outcomes", check(world))  # one that a busy machine left unsent is sent again
