"""Asks which work is due, defers jobs for it, and deletes jobs that nobody will finish."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from bot.core.fleet.handing_out import Handed
from bot.error_reports import OnError
from bot.fleet.jobs import Queue
from bot.fleet.loop import FIRST_PAUSE, Loop, left
from bot.fleet.queues import STALLED, Queues

HandOut = Callable[[Queue, int], Sequence[Handed]]


@dataclass(frozen=True, kw_only=True, slots=True)
class DispatcherTimes:
    """How often the dispatcher does what."""

    #: due work that nobody requested is found after this long
    look: timedelta = timedelta(seconds=1)
    sweep: timedelta = timedelta(seconds=15)
    #: a worker without a heartbeat for this long is dead
    stalled: timedelta = STALLED
    #: the first wait after a failure
    first_pause: timedelta = FIRST_PAUSE


class Dispatcher:
    """Keeps a short supply of jobs in each queue: up to twice its slots, and only due work.

    `hand_out(queue, wanted)` gives at most `wanted` due jobs and marks them as handed out; `sweep`
    finds work that was handed out and lost. Both may fail: `on_error` is told, and they are called
    again after a pause. Each queue has a thread of its own, and so has the sweep.
    """

    def __init__(
        self,
        queues: Queues,
        *,
        slots: Mapping[Queue, int],
        hand_out: HandOut,
        sweep: Callable[[], None],
        on_error: OnError,
        times: DispatcherTimes = DispatcherTimes(),
    ) -> None:
        self._queues = queues
        self._slots = slots
        self._hand_out = hand_out
        self._sweep = sweep
        self._stalled = times.stalled
        self._looked_at = dict.fromkeys(slots, time.monotonic())
        loop = partial(Loop, on_error=on_error, first_pause=times.first_pause)
        self._fills = {
            queue: loop(f"dispatch:{queue}", partial(self._fill, queue), every=times.look)
            for queue in slots
        }
        self._sweeping = loop("sweep", self._clean_up, every=times.sweep)

    def start(self) -> None:
        """Begin to hand out."""
        for loop in self._loops():
            loop.start()

    def request(self, queue: Queue) -> None:
        """Have the queue looked at now: a slot is free, or work became due. This never waits."""
        self._fills[queue].request()

    def lag(self, queue: Queue) -> timedelta:
        """How long ago it was last known that the queue is full, or nothing more is due."""
        return timedelta(seconds=time.monotonic() - self._looked_at[queue])

    def stop(self, within: timedelta) -> bool:
        """Hand out nothing more; whether calls under way ended in time."""
        end = time.monotonic() + within.total_seconds()
        for loop in self._loops():
            loop.request_stop()
        return all(loop.stop(left(end)) for loop in self._loops())

    def _loops(self) -> list[Loop]:
        return [*self._fills.values(), self._sweeping]

    def _fill(self, queue: Queue) -> None:
        """Fill the queue up when it has run down to half: few large rounds cost less than many."""
        slots = self._slots[queue]
        while not self._fills[queue].is_over:
            wanted = 2 * slots - self._queues.waiting(queue)
            handed = self._hand_out(queue, wanted) if wanted >= slots else ()
            self._queues.defer(queue, handed)
            self._looked_at[queue] = time.monotonic()
            if not handed or len(handed) < wanted:
                return

    def _clean_up(self) -> None:
        """The caller's sweep first: it must not wait for a queue that is out of order."""
        self._sweep()
        self._queues.delete_dead(self._stalled)
        self._queues.delete_finished()
