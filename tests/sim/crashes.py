"""Every single moment at which a process can die while it posts one tip, and again while it recovers.

A moment is before or after a commit, or before or after a request: between two of them nothing
happens that anybody outside the process could know of.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.core.model.delivery import State
from tests.sim.decks import Fate
from tests.sim.faults import Blow
from tests.sim.life import HOUR, MINUTE, Life
from tests.sim.truth import Broken

QUIET_HOUR = timedelta(minutes=55)


@dataclass
class Slot:
    """One slot on one account, to be lived through again and again; `lost` as its first answer."""

    account: str
    home: Path
    lost: bool = False
    _number: int = 0

    def live(self, *kill_at: int) -> Life:
        """Live through it, dying at these moments; everything has to be well in the end."""
        life = self._life()
        life.kill_at = frozenset(kill_at)
        with life._world():
            life._start()
            life._live(lambda: life.begin + 2 * HOUR - 5 * MINUTE)
            self._check(life)
            life._stop()
        shutil.rmtree(life.home)
        return life

    def moments(self) -> Iterator[int]:
        """Every moment at which it can die, if all goes well before that."""
        yield from range(1, self.live().hooks + 1)

    def turning_points(self, *kill_at: int) -> Iterator[int]:
        """The moments, after those at which it has died, that leave something new behind.

        Just before a commit or a request all is as it was just after the one before, so that to
        die there again would be to live the same life again.
        """
        for number, what in enumerate(self.live(*kill_at).hooks_seen, 1):
            if number > max(kill_at, default=0) and what.startswith("after"):
                yield number

    def _life(self) -> Life:
        """A fresh life on a copy of a database that was made and had learned the network's rules."""
        made = self.home / "made"
        if not made.exists():
            made.mkdir()
            first = self._new(made)
            with first._world():
                first._write_file()
                first._heard_at -= HOUR
                first._start()
                first._live(lambda: first.begin + 5 * MINUTE)
                first._stop()
        self._number += 1
        place = self.home / str(self._number)
        shutil.copytree(made, place)
        return self._new(place)

    def _new(self, place: Path) -> Life:
        life = Life(1, place, harms=False, blows=False, accounts=(self.account,))
        life.time.true = life.begin = life.begin.replace(minute=50)
        life._heard_at = life._planned_at = life.begin
        life.budget = 5.00
        if self.lost:
            life.blows = True
            life.dealer.fate = lambda account: Fate(blow=Blow.RESET)  # type: ignore[method-assign]
            life.dealer.reading = lambda: None  # type: ignore[method-assign]
            life.dealer.posting = _first_only  # type: ignore[method-assign]
        return life

    def _check(self, life: Life) -> None:
        life.truth.check()
        status = life._must().running.status()
        life.truth.check_end(status.waiting, status.needs_person)
        with life._must().running.container.database.store.reading() as tx:
            states = {one.account: one.state for one in tx.ledger.recent(10)}
        allowed = {State.POSTED, State.UNSURE} if self.account == "island" else {State.POSTED}
        if states.get(self.account) not in allowed:
            raise Broken(f"killed at {sorted(life.kill_at)}: {states}")


def _first_only(fate: Fate) -> Blow | None:
    fate.requests += 1
    return fate.blow if fate.requests == 1 else None
