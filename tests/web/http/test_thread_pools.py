"""Threads of the site: who writes has one turn after the other, in order, and not without end."""

from __future__ import annotations

import time
from threading import Semaphore

import anyio
import pytest

from bot.core.errors import StoreError
from bot.web.http.server import ThreadPools
from tests.whole.operator import PATIENCE

WRITERS = 60


def test_requests_write_in_the_order_in_which_they_came():
    """Whoever asked first writes first, and one at a time."""
    threads, order, inside = ThreadPools(), [], []

    def write(number: int) -> None:
        inside.append(number)
        time.sleep(0)
        order.append((number, len(inside)))
        inside.pop()

    async def crowd() -> None:
        async with anyio.create_task_group() as tasks:
            for number in range(WRITERS):
                tasks.start_soon(threads.write, write, number)

    anyio.run(crowd)
    assert order == [(number, 1) for number in range(WRITERS)]


def test_a_request_does_not_wait_without_end():
    """Whose turn does not come in time is told so; whoever had it is not disturbed."""
    threads = ThreadPools(wait_max=0.01)
    begun, go = Semaphore(0), Semaphore(0)
    told = []

    def write() -> str:
        begun.release()
        go.acquire(timeout=PATIENCE)
        return "written"

    async def too_late() -> None:
        await anyio.to_thread.run_sync(begun.acquire)
        with pytest.raises(StoreError, match="wait to write; try again soon"):
            await threads.write(pytest.fail, "it was not its turn")
        go.release()

    async def first() -> None:
        told.append(await threads.write(write))

    async def both() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(first)
            tasks.start_soon(too_late)
        told.append(await threads.write(str, "next"))

    anyio.run(both)
    assert told == ["written", "next"]


@pytest.mark.parametrize("error", [KeyError, StoreError, RuntimeError, MemoryError, SystemExit])
def test_an_error_in_one_request_keeps_no_other_from_writing(error):
    """However writing fails, the next request has its turn."""
    threads = ThreadPools()

    def fail() -> None:
        raise error("x")

    async def both() -> str:
        with pytest.raises(error):
            await threads.write(fail)
        return await threads.write(str, "next")

    assert anyio.run(both) == "next"
