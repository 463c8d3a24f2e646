"""Real web processes of a fleet, and visitors who reach the sites by their public addresses."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import urlsplit

import httpx

from bot.bootstrap.fleet.bots import FleetContainers
from bot.platforms.site.adapter import SitePlatform
from tests.bootstrap.fleet.conftest import Operated
from tests.site import HandClock, post

PATIENCE = 60.0
"""Seconds after which a process that does not do what it should is given up."""


@dataclass
class WebProcess:
    """A process that runs `tipsbot web`."""

    process: subprocess.Popen[str]
    public: str
    internal: str

    def send(self, method: str, address: str, **given: object) -> httpx.Response:
        """Its answer at a public address, as a proxy would ask for it."""
        parts = urlsplit(address)
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        headers = {"Host": parts.netloc, **given.pop("headers", {})}  # type: ignore[dict-item]
        return httpx.request(method, self.public + path, headers=headers, timeout=PATIENCE, **given)  # type: ignore[arg-type]

    def get(self, address: str, **given: object) -> httpx.Response:
        return self.send("GET", address, **given)

    def ask(self, path: str) -> httpx.Response:
        """The answer of its internal end point."""
        return httpx.get(self.internal + path, timeout=PATIENCE)

    def stop(self) -> int:
        """Send it SIGTERM; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@contextmanager
def web_process(url: str, data: Path, **variables: str) -> Iterator[WebProcess]:
    """Start one on free ports; it is killed in the end where it still runs."""
    environment = {
        **os.environ,
        "TIPSBOT_DATABASE_URL": url,
        "TIPSBOT_DATA": str(data),
        "TIPSBOT_BIND": "127.0.0.1:0",
        "TIPSBOT_INTERNAL_BIND": "127.0.0.1:0",
        **variables,
    }
    with (
        (data / "log").open("ab") as log,
        subprocess.Popen(
            [sys.executable, "-m", "bot", "web"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            yield WebProcess(process, *_addresses(process, data))
        finally:
            process.kill()


def _addresses(process: subprocess.Popen[str], data: Path) -> tuple[str, str]:
    """The two addresses that it prints once it serves."""
    lines: SimpleQueue[str] = SimpleQueue()
    stdout = process.stdout
    assert stdout is not None

    def read() -> None:
        for line in stdout:
            lines.put(line)

    Thread(target=read, daemon=True).start()
    found: list[str] = []
    while len(found) < 2:
        try:
            found += re.findall(r"http://\S+", lines.get(timeout=PATIENCE))
        except Empty:
            raise AssertionError((data / "log").read_text()) from None
    return found[0], found[1]


@dataclass
class Visitor:
    """A browser with its cookies; it may be led to another process at each request."""

    cookies: dict[str, str] = field(default_factory=dict)

    def write(
        self, at: WebProcess, page: str, text: str, *, read: WebProcess | None = None
    ) -> httpx.Response:
        """Open a tip's page (at the process `read`), fill its form, and send it."""
        token = re.search(r'name="token" value="(\w+)"', self._send(read or at, "GET", page).text)
        assert token is not None
        form = {"name": "Ann", "text": text, "token": token[1]}
        return self._send(at, "POST", page, data=form)

    def _send(self, at: WebProcess, method: str, address: str, **given: object) -> httpx.Response:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = at.send(method, address, headers={"Cookie": cookies} if cookies else {}, **given)
        for cookie in answer.headers.get_list("set-cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer


def publish(operated: Operated, bot: str, tip: str = "t0") -> None:
    """Post a tip on the site of a bot, as a worker would."""
    fleet = operated.fleet
    parts = FleetContainers(
        server=fleet.server, fleet=fleet.store, environment=fleet.environment
    ).get(bot)
    assert parts is not None
    config, database = parts.container.config, parts.container.database
    site = config.site
    assert site is not None
    platform = SitePlatform(site, config.bot, database.pages, HandClock())
    platform.publish(post(tip, HandClock().now(), title=f"Tip of {bot}"))


def until(what: str, found: object) -> None:
    """Ask again until something is so."""
    end = time.monotonic() + PATIENCE
    while not found():  # type: ignore[operator]
        assert time.monotonic() < end, what
        time.sleep(0.05)
