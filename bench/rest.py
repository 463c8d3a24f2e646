"""Memory and processor time of an idle bot with the site, Mastodon and X."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil  # type: ignore[import-untyped]

from bench.figure import Figure, Scale, Target
from bench.processes import MEGABYTE
from bench.tips_files import SITE, write
from tests.servers.mastodon import MastodonServer, mastodon_server
from tests.servers.x import XServer
from tests.whole.accounts import secrets
from tests.whole.operator import Bot, Operator, await_that, free_port

HOW = """`tipsbot run` as a separate process with ten tips, its site and accounts on local servers
of Mastodon and X, with default settings. At the first start with a data directory, which creates
the database and posts one tip everywhere, and at a later one. Ten seconds after everything was
posted and read it is measured for 60: processor time of all its threads over that time, memory at
the end. RSS counts shared pages in full, PSS its share of them."""

MEGABYTES = Target(limit=100)
PERCENT = Target(limit=1)


def measure(scale: Scale) -> Iterator[Figure]:
    """Memory and processor use at the first and at a later start."""
    with mastodon_server() as mastodon, XServer() as x, TemporaryDirectory() as place:
        operator = _operator(Path(place), mastodon, x)
        with operator.runs("--now") as bot:
            await_that(lambda: x.posts and mastodon.posts())
            yield from _watched("first start", bot, scale)
        with operator.runs() as bot:
            yield from _watched("later start", bot, scale)


def _operator(home: Path, mastodon: MastodonServer, x: XServer) -> Operator:
    """An operator with ten tips and accounts on these servers."""
    accounts = {**SITE, "mastodon": f"{{server: '{mastodon.url}'}}", "x": f"{{api: '{x.url}'}}"}
    write(home, 10, accounts)
    return Operator(home=home, port=free_port(), secrets=secrets(mastodon, x))


def _watched(when: str, bot: Bot, scale: Scale) -> Iterator[Figure]:
    """Wait until the bot is idle, then measure it."""
    process = psutil.Process(bot.process.pid)
    time.sleep(scale.of(10, 2))
    used, began = _used(process), time.monotonic()
    time.sleep(scale.seconds)
    percent = 100 * (_used(process) - used) / (time.monotonic() - began)
    memory: Any = process.memory_full_info()
    name = f"idle, {when}:"
    yield Figure(
        name=f"{name} memory (RSS)", value=memory.rss / MEGABYTE, unit="MB", target=MEGABYTES
    )
    if hasattr(memory, "pss"):
        yield Figure(name=f"{name} memory (PSS)", value=memory.pss / MEGABYTE, unit="MB")
    yield Figure(name=f"{name} processor", value=percent, unit="% of a core", target=PERCENT)


def _used(process: psutil.Process) -> float:
    """Seconds of processor time so far."""
    times: Any = process.cpu_times()
    return float(times.user + times.system)
