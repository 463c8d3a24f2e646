"""Two upgrades of a fleet that works: the first one adds to the tables, the second one takes away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.store.migrate import HEAD
from tests.fleet_world import FleetWorld, Worker, fleet_world
from tests.fleet_world.oracle import await_done, check, settle
from tests.fleet_world.versions import FIRST, SECOND, Version, first_version, second_version
from tests.fleet_world.world import EVERY
from tests.tree import ROOT
from tests.whole.operator import PATIENCE

BOTS = 8
PRESENT = Version(ROOT)

Note = Callable[[str, object], None]


def work_on(world: FleetWorld) -> None:
    """Let the next slot come, and be in the middle of its posts."""
    await_done(world)
    world.advance(EVERY)
    world.await_requests(world.chance.randint(3, 12))


def upgrade(world: FleetWorld, version: Version, before: str, after: str) -> None:
    """Migrate to a version while workers are in the middle of posts."""
    told = version.refusal(world)
    assert f"schema {before}, this version needs {after}; run `tipsbot migrate`" in told
    work_on(world)
    done = version.does(world, "migrate")
    assert done.stdout == f"the database is upgraded from schema {before} to {after}\n", done.stderr


def restarted(world: FleetWorld, worker: Worker) -> Worker:
    """End a worker in order in the middle of its posts, and start one like it."""
    work_on(world)
    assert worker.stop() == 0, worker.output
    world.workers.remove(worker)
    return world.start(tree=worker.machine.tree).await_start()


def writers(world: FleetWorld) -> dict[str | None, int]:
    """How many deliveries were last written by which version; None: that of today."""
    rows = world.database.rows("SELECT written_by, count(*) FROM delivery GROUP BY written_by")
    return {row["written_by"]: row["count"] for row in rows}


@pytest.mark.timeout(600)
def test_a_rolling_upgrade(tmp_path: Path, record_property: Note) -> None:
    """Old and new workers go on side by side, and old ones end once they are too old; no post is lost."""
    first, second = first_version(tmp_path / "first"), second_version(tmp_path / "second")
    (home := tmp_path / "home").mkdir()
    with fleet_world(home, most=BOTS) as world:
        world.add_bots(BOTS)
        world.slow_down(0.1)
        old = world.start().await_start()

        upgrade(world, first, HEAD, FIRST)
        new = world.start(tree=first.tree).await_start()
        old = restarted(world, old)
        new = restarted(world, new)
        work_on(world)
        await_done(world)
        assert set(writers(world)) == {None, FIRST}
        assert not [one.output for one in world.workers if "failed" in one.output]

        upgrade(world, second, FIRST, SECOND)
        old.process.join(PATIENCE)
        assert (old.process.exitcode, world.workers.pop(0)) == (2, old)
        too_new = f"written by a newer tipsbot (schema {SECOND}, ours {HEAD})"
        assert too_new in old.output.splitlines()[-1]
        assert too_new in PRESENT.refusal(world)
        new = restarted(world, new)
        newest = world.start(tree=second.tree).await_start()
        restarted(world, newest)
        work_on(world)
        settle(world)
        record_property("outcomes", f"{check(world)}; {writers(world)}")
        assert set(writers(world)) == {"before", FIRST, SECOND}
