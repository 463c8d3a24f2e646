"""Threads for what visitors ask: to write, to watch and to read do not wait for each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Threads:
    """Runs what blocks outside of the event loop. Pages have the framework's own threads.

    Writing waits for the one write lock of the database: a few threads write as fast as many, and
    whoever waits for one of them takes none from a reader.
    """

    _writing: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(4))
    _health: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(2))

    async def write(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do work that writes."""
        return await to_thread.run_sync(partial(work, *args, **kwargs), limiter=self._writing)

    async def watch(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do work for those who watch over the bot."""
        return await to_thread.run_sync(partial(work, *args, **kwargs), limiter=self._health)
