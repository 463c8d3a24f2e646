"""Memory and processor time of an idle bot with the site and four networks, and in use."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sized
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil  # type: ignore[import-untyped]
import requests

from bench.figure import Figure, Scale, Target
from bench.processes import MEGABYTE
from bench.tips_files import SITE, write
from tests.servers.bluesky import BlueskyServer
from tests.servers.mastodon import MastodonServer, mastodon_server
from tests.servers.threads import ThreadsServer
from tests.servers.x import XServer
from tests.tree import ROOT
from tests.whole.accounts import secrets
from tests.whole.operator import Bot, Operator, await_that, free_port

HOW = """`tipsbot run` as a separate process with ten tips, its site and accounts on local servers
of Mastodon, X, Bluesky and Threads, with default settings, in an operator's installation: a test's
has cryptography, too, which Mastodon.py loads where it is (7 MB). At the first start with a data
directory, which creates the database and posts one tip everywhere, and at a later one. Ten seconds
after everything was posted and read it is measured for 60: processor time of all its threads over
that time, memory at the end. Then the same with a card for each tip and alerts, after cards were
drawn for posts and for a page. RSS counts shared pages in full, PSS its share of them."""

INSTALLED = ROOT / ".venv" / "bin" / "python"
MEGABYTES = Target(limit=100)
PERCENT = Target(limit=1)


def measure(scale: Scale) -> Iterator[Figure]:
    """Memory and processor use at the first and at a later start."""
    with ExitStack() as stack:
        servers = _Servers(
            mastodon=stack.enter_context(mastodon_server()),
            x=stack.enter_context(XServer()),
            bluesky=stack.enter_context(BlueskyServer()),
            threads=stack.enter_context(ThreadsServer()),
        )
        operator = servers.operator(Path(stack.enter_context(TemporaryDirectory())))
        with operator.runs("--now") as bot:
            servers.await_posts()
            yield from _watched("first start", bot, scale)
        with operator.runs() as bot:
            yield from _watched("later start", bot, scale)
        _use_everything(operator)
        with operator.runs() as bot:
            operator.does("post", "tip-1")
            servers.await_posts(2)
            requests.get(f"{operator.site}/tips/tip-1/picture.jpg", timeout=30).raise_for_status()
            yield from _watched("cards and alerts in use", bot, scale, target=None)


def _use_everything(operator: Operator) -> None:
    """Give every tip a card, and the bot an address for alerts, where nobody listens."""
    file = operator.home / "tips.yaml"
    text = file.read_text(encoding="utf-8").replace("    tags:", "    image: card\n    tags:")
    file.write_text(f"alerts: {{}}\n{text}", encoding="utf-8")
    operator.secrets["TIPSBOT_ALERTS_URL"] = f"json://127.0.0.1:{free_port()}"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Servers:
    """The local servers of four networks."""

    mastodon: MastodonServer
    x: XServer
    bluesky: BlueskyServer
    threads: ThreadsServer

    def operator(self, home: Path) -> Operator:
        """An operator with ten tips and accounts on these servers."""
        accounts = {
            **SITE,
            "mastodon": f"{{server: '{self.mastodon.url}'}}",
            "x": f"{{api: '{self.x.url}'}}",
            "bluesky": f"{{handle: {self.bluesky.bot.handle}, server: '{self.bluesky.url}'}}",
            "threads": f"{{server: '{self.threads.url}'}}",
        }
        write(home, 10, accounts)
        known = secrets(self.mastodon, self.x) | self.bluesky.variables | self.threads.variables
        return Operator(home=home, port=free_port(), secrets=known, python=str(INSTALLED))

    def await_posts(self, number: int = 1) -> None:
        """Wait until each has so many posts of the bot."""
        await_that(lambda: min(map(len, self._posts())) >= number)

    def _posts(self) -> Iterator[Sized]:
        yield self.x.posts
        yield self.mastodon.posts()
        yield self.bluesky.posts_of(self.bluesky.bot)
        yield self.threads.posts_of(self.threads.bot)


def _watched(
    when: str, bot: Bot, scale: Scale, target: Target | None = MEGABYTES
) -> Iterator[Figure]:
    """Wait until the bot is idle, then measure it."""
    process = psutil.Process(bot.process.pid)
    time.sleep(scale.of(10, 2))
    used, began = _used(process), time.monotonic()
    time.sleep(scale.seconds)
    percent = 100 * (_used(process) - used) / (time.monotonic() - began)
    memory: Any = process.memory_full_info()
    name = f"idle, {when}:"
    yield Figure(name=f"{name} memory (RSS)", value=memory.rss / MEGABYTE, unit="MB", target=target)
    if hasattr(memory, "pss"):
        yield Figure(name=f"{name} memory (PSS)", value=memory.pss / MEGABYTE, unit="MB")
    yield Figure(name=f"{name} processor", value=percent, unit="% of a core", target=PERCENT)


def _used(process: psutil.Process) -> float:
    """Seconds of processor time so far."""
    times: Any = process.cpu_times()
    return float(times.user + times.system)
