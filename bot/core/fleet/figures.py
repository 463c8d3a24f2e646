"""How the fleet stands in numbers, and how one of its workers does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

LATEST = timedelta(minutes=2)
"""A post that could have been sent for longer than this, and nobody has looked at it, is late."""
LOOKED_AT = timedelta(minutes=1)
"""A held post is looked at every few seconds: one that was not for this long counts as late."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FleetFigures:
    """The fleet's, over all bots. What is held, or is for a server that rests, is not late."""

    #: bots by their state
    bots: Mapping[str, int] = field(default_factory=dict)
    #: planned posts of running bots whose time has come
    due: int = 0
    #: for how long the oldest post, or slot to plan, could have been looked at
    late: timedelta = timedelta(0)
    #: posts of the last hour
    posted: int = 0
    #: posts that may or may not exist
    unsure: int = 0
    #: tasks that could have been begun a minute ago
    overdue_tasks: int = 0
    #: servers that are asked nothing for now
    open_hosts: int = 0
    #: processes by their kind
    processes: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_late(self) -> bool:
        """Whether posts are late."""
        return self.late > LATEST


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueFigures:
    """One queue of a worker."""

    #: how many jobs it can run at once
    slots: int
    running: int
    #: jobs that ended since the start of the process, failed ones aside
    done: int
    failed: int
    #: the time since it was last looked whether work is due
    lag: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerFigures:
    """A worker's own."""

    queues: Mapping[str, QueueFigures]
    #: bots whose parts are in memory
    bots_kept: int
