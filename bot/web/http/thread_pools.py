"""Threads for requests: writing, health checks and reading do not wait for each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter, Lock, fail_after, to_thread

from bot.core.errors import StoreError

P = ParamSpec("P")
T = TypeVar("T")

PATIENCE = 30.0
"""Seconds for which a request waits until it can begin to write."""


@dataclass(frozen=True, slots=True)
class ThreadPools:
    """Runs blocking work outside of the event loop. Pages have the framework's own threads.

    The database has one write lock: one thread writes as fast as many. The requests that wait for
    it, first come, first served, take no thread from readers.
    """

    patience: float = PATIENCE
    _turn: Lock = field(default_factory=Lock)
    _writer: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))
    _health: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(2))

    async def write(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do work that writes. Raises StoreError where its turn does not come in time."""
        try:
            with fail_after(self.patience):
                await self._turn.acquire()
        except TimeoutError:
            raise StoreError("too many requests wait to write", "try again soon") from None
        try:
            return await to_thread.run_sync(partial(work, *args, **kwargs), limiter=self._writer)
        finally:
            self._turn.release()

    async def watch(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do work for those who watch over the bot."""
        return await to_thread.run_sync(partial(work, *args, **kwargs), limiter=self._health)
