"""The site over a database that is there, as a process of its own.

`python -m bench.serving FOLDER` says its address, and serves until its standard input ends. With
`--hurry` its clock advances ten minutes every few milliseconds, so that nobody exceeds a rate
limit; `X-Forwarded-For` says who asks.
"""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import structlog

from tests.site import RunningSite, running_site

_STEP = timedelta(minutes=10)
_EVERY = 0.005
"""Seconds between two steps of a clock that hurries."""


@contextmanager
def serving(data: Path, *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The site as a process, with its address."""
    command = [sys.executable, "-m", "bench.serving", str(data), *options]
    with subprocess.Popen(
        command,
        cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise SystemExit("the site has no pipes")
        yield process.stdout.readline().strip(), process
        process.stdin.close()
        process.wait(30)


def main() -> None:
    """Serve until standard input is closed."""
    # Nobody reads a log from this pipe, and a full pipe would stop the site.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with running_site(Path(sys.argv[1]), trusted_proxies=("127.0.0.1",)) as site:
        print(site.url, flush=True)
        ended = Event()
        if "--hurry" in sys.argv:
            Thread(target=_advance_quickly, args=(site, ended), daemon=True).start()
        sys.stdin.read()
        ended.set()


def _advance_quickly(site: RunningSite, ended: Event) -> None:
    while not ended.wait(_EVERY):
        site.clock.move(_STEP)


if __name__ == "__main__":
    main()
