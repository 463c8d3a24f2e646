"""Thread pools for requests: writing, reading and health checks do not wait for each other."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter, Lock, fail_after, to_thread

from bot.core.errors import StoreError

P = ParamSpec("P")
T = TypeVar("T")

WAIT_MAX = 30.0
"""Seconds for which a request waits until it can begin to write."""


@dataclass(frozen=True, slots=True)
class ThreadPools:
    """Runs blocking work outside of the event loop. Pages use the framework's own threads.

    The database has one write lock: one thread writes as fast as many. Requests wait for it in the
    order in which they came, and occupy no thread of readers.
    """

    wait_max: float = WAIT_MAX
    _write_lock: Lock = field(default_factory=Lock)
    _writer: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))
    _health: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(2))

    async def write(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run work that writes. Raises StoreError if it cannot begin in time."""
        try:
            with fail_after(self.wait_max):
                await self._write_lock.acquire()
        except TimeoutError:
            raise StoreError("too many requests wait to write", "try again soon") from None
        try:
            return await to_thread.run_sync(partial(work, *args, **kwargs), limiter=self._writer)
        finally:
            self._write_lock.release()

    async def check_health(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a health check."""
        return await to_thread.run_sync(partial(work, *args, **kwargs), limiter=self._health)
