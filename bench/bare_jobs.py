"""Bare jobs of Procrastinate that wait as long as a platform takes to answer.

`python -m bench.bare_jobs URL SLOTS SECONDS JOBS` does what waits in the queue, until all is done.
"""

from __future__ import annotations

import asyncio
import sys

from procrastinate import App, PsycopgConnector
from procrastinate.types import JSONValue

BATCH = 500


def app_of(url: str, seconds: float) -> App:
    """Procrastinate with the one task."""
    app = App(connector=PsycopgConnector(conninfo=url))

    @app.task(name="wait", queue="bare")
    async def wait(number: int) -> None:
        del number
        await asyncio.sleep(seconds)

    return app


async def defer(url: str, jobs: int) -> None:
    """Put so many jobs into the queue."""
    app = app_of(url, 0)
    async with app.open_async():
        task = app.configure_task("wait", queue="bare")
        for first in range(0, jobs, BATCH):
            some: list[dict[str, JSONValue]] = [
                {"number": number} for number in range(first, min(first + BATCH, jobs))
            ]
            await task.batch_defer_async(*some)


async def work(url: str, slots: int, seconds: float) -> None:
    """Do what waits in the queue."""
    app = app_of(url, seconds)
    async with app.open_async():
        await app.run_worker_async(
            queues=["bare"],
            concurrency=slots,
            wait=False,
            delete_jobs="always",
            install_signal_handlers=False,
        )


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
