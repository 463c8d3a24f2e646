"""Every point at which a process can be killed while it posts one tip, and while it recovers.

A crash point is before or after a commit, or before or after a request: between two of them a
process has no effect outside itself.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.core.model.delivery import State
from tests.sim.fault_choice import PostFaults
from tests.sim.faults import RequestFault
from tests.sim.invariants import InvariantError
from tests.sim.posting import HOUR, MINUTE, PostingSimulation


@dataclass
class CrashPoints:
    """One slot on one account, posted again and again with other kills.

    `lost`: the answer to the first request is lost.
    """

    account: str
    home: Path
    lost: bool = False
    #: whether the tip has a picture, which is uploaded before its post
    pictured: bool = False
    _number: int = 0

    def run(self, *kill_at: int) -> PostingSimulation:
        """Post the slot, killed at these points. Raises InvariantError unless it ends well."""
        simulation = self._fresh()
        simulation.kill_at = frozenset(kill_at)
        with simulation._environment():
            simulation._start()
            simulation._run_until(lambda: simulation.begin + 2 * HOUR - 5 * MINUTE)
            self._check(simulation)
            simulation._stop()
        shutil.rmtree(simulation.home)
        return simulation

    def all_points(self) -> Iterator[int]:
        """The number of every point at which the process can be killed."""
        yield from range(1, self.run().points + 1)

    def points_with_effect(self, *kill_at: int) -> Iterator[int]:
        """The points after `kill_at` at which a kill can leave a new state.

        Just before a commit or a request, and after one that only reads, everything is as it was
        after the one before, so a kill there would repeat an earlier run.
        """
        for number, what in enumerate(self.run(*kill_at).points_seen, 1):
            if number > max(kill_at, default=0) and what.startswith("after"):
                yield number

    def _fresh(self) -> PostingSimulation:
        """A simulation on a copy of a database that knows the network's limits."""
        prepared = self.home / "made"
        if not prepared.exists():
            prepared.mkdir()
            first = self._new(prepared)
            with first._environment():
                first._write_file()
                first._learned_at -= HOUR
                first._start()
                first._run_until(lambda: first.begin + 5 * MINUTE)
                first._stop()
        self._number += 1
        folder = self.home / str(self._number)
        shutil.copytree(prepared, folder)
        return self._new(folder)

    def _new(self, folder: Path) -> PostingSimulation:
        simulation = PostingSimulation(
            1,
            folder,
            host_faults=False,
            request_faults=False,
            accounts=(self.account,),
            pictured=int(self.pictured),
        )
        simulation.time.true = simulation.begin = simulation.begin.replace(minute=50)
        simulation._learned_at = simulation._planned_at = simulation.begin
        simulation.budget = 5.00
        if self.lost:
            simulation.request_faults = True
            simulation.chooser.for_post = _lost_answer  # type: ignore[method-assign]
            simulation.chooser.for_reading = lambda **_: None  # type: ignore[method-assign]
            simulation.chooser.for_request = _only_first_request  # type: ignore[method-assign]
        return simulation

    def _check(self, simulation: PostingSimulation) -> None:
        simulation.invariants.check()
        status = simulation._running_bot().running.status()
        simulation.invariants.check_end(status.waiting, status.needs_person)
        with simulation._running_bot().running.container.database.store.reading() as tx:
            states = {one.account: one.state for one in tx.ledger.recent(10)}
        allowed = {State.POSTED, State.UNSURE} if self.account == "island" else {State.POSTED}
        if states.get(self.account) not in allowed:
            raise InvariantError(f"killed at {sorted(simulation.kill_at)}: {states}")


def _lost_answer(account: str) -> PostFaults:
    return PostFaults(request_fault=RequestFault.RESET)


def _only_first_request(faults: PostFaults) -> RequestFault | None:
    faults.requests += 1
    return faults.request_fault if faults.requests == 1 else None
