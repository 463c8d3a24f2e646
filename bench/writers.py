"""Many visitors who comment at once, a page read meanwhile, and a page of long replies."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier
from time import monotonic, perf_counter, sleep
from urllib.parse import urlencode, urlsplit

from bench.figure import Figure, Scale, at_percent
from bench.replies import replies
from bench.serving import serving
from bot.store import open_store
from bot.store.database import FILE
from tests.site import TIP, running_site

HOW = """The site as a separate process with a database on disk, with a clock that advances so
quickly that nobody exceeds a rate limit, each visitor from a different network. Forty visitors
write comments at once, each the next one as soon as the last was answered; each answer is timed,
and counted if its comment was not stored. Then another program holds the database's write lock for
three seconds while 60 visitors each send a comment, and a page and `/healthz` are requested one
after the other. Last, a tip's page with 150 replies of 50 kB of markup each, one request after
another."""

LOCKED_SECONDS = 3.0
"""How long another program holds the write lock, in seconds."""
_REPLIES = 150
_MARKUP = 50_000


class Browser:
    """A visitor with a connection, a network, a cookie and a form."""

    def __init__(self, address: str, number: int = 0) -> None:
        self._from = f"198.51.{number}.1"
        self._connection = HTTPConnection(urlsplit(address).netloc, timeout=120)
        answer, page = self.request("GET", f"/tips/{TIP}")
        found = re.search(r'name="token" value="([^"]+)"', page)
        if found is None:
            raise SystemExit("the page has no form")
        self._token = found[1]
        self._cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        self._connection.close()  # the server would close an idle one

    def request(
        self, method: str, path: str, body: str = "", **headers: str
    ) -> tuple[HTTPResponse, str]:
        """The answer to a request, and its body."""
        headers["X-Forwarded-For"] = self._from
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        return answer, answer.read().decode()

    def write_comment(self, text: str) -> tuple[float, bool]:
        """The seconds until a comment was answered, and whether it was stored."""
        fields = {"name": "A Reader", "text": text, "token": self._token}
        form = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self._cookie}
        start = perf_counter()
        answer, _ = self.request("POST", f"/tips/{TIP}", urlencode(fields), **form)
        return perf_counter() - start, answer.status == 303

    def read(self, path: str) -> float:
        """The milliseconds until a page was complete."""
        start = perf_counter()
        answer, _ = self.request("GET", path)
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}")
        return 1000 * (perf_counter() - start)


def measure(scale: Scale) -> Iterator[Figure]:
    """The times of visitors who comment, and of a reader meanwhile."""
    with TemporaryDirectory() as place:
        data = Path(place)
        with running_site(data) as site:
            site.publish()
        with serving(data, "--hurry") as (address, _):
            yield from _at_once(address, scale.of(40, 8), scale.of(20, 2))
            yield from _while_locked(
                address, data, scale.of(60, 8), LOCKED_SECONDS if not scale.quick else 0.5
            )
    with TemporaryDirectory() as place:
        yield from _long_replies(Path(place), scale.of(50, 5))


def _at_once(address: str, writers: int, each: int) -> Iterator[Figure]:
    """Visitors who comment at once, one comment after the other."""
    barrier = Barrier(writers)

    def write(number: int) -> list[tuple[float, bool]]:
        browser = Browser(address, number)
        barrier.wait()
        return [browser.write_comment(f"Comment {number}.{turn}") for turn in range(each)]

    with ThreadPoolExecutor(writers) as threads:
        answers = [answer for some in threads.map(write, range(writers)) for answer in some]
    elapsed = sorted(seconds for seconds, _ in answers)
    name = f"{len(answers)} comments by {writers} at once"
    yield Figure(name=f"{name}: 95th percentile", value=at_percent(elapsed, 95), unit="s")
    yield Figure(name=f"{name}: longest wait", value=elapsed[-1], unit="s")
    yield Figure(name=f"{name}: not kept", value=sum(not kept for _, kept in answers), unit="")


def _while_locked(address: str, data: Path, writers: int, seconds: float) -> Iterator[Figure]:
    """The times of a reader while comments wait."""
    browsers = [Browser(address, number) for number in range(writers)]
    reader = Browser(address)
    pages, health = [], []
    with ThreadPoolExecutor(writers) as threads:
        with _locked(data):
            until = monotonic() + seconds
            write_comment = [
                threads.submit(browser.write_comment, f"Meanwhile {number}")
                for number, browser in enumerate(browsers)
            ]
            sleep(seconds / 6)  # until all are waiting
            while monotonic() < until:
                pages.append(reader.read(f"/tips/{TIP}?page=1"))
                health.append(reader.read("/healthz"))
        lost = sum(not write.result()[1] for write in write_comment)
    name = f"while {writers} writes wait"
    for what, elapsed in (("a page", pages), ("/healthz", health)):
        if len(elapsed) > 1:
            value = at_percent(sorted(elapsed), 95)
            yield Figure(name=f"{name}, {what}: 95th percentile", value=value, unit="ms")
        yield Figure(name=f"{name}, {what}: most", value=max(elapsed), unit="ms")
    yield Figure(name=f"{name}: not kept", value=lost, unit="")


@contextmanager
def _locked(data: Path) -> Iterator[None]:
    """Hold the write lock, as another program would."""
    with closing(sqlite3.connect(data / FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def _long_replies(data: Path, requests: int) -> Iterator[Figure]:
    """A page of long replies."""
    with running_site(data) as site:
        site.publish()
    database = open_store(data)
    with database.store.writing() as tx:
        for entry in replies(_REPLIES, TIP):
            line = f"<p>{entry.text}</p>"
            html = line * (_MARKUP // len(line))
            text = "\n\n".join([entry.text] * (_MARKUP // len(line)))
            tx.log.keep(replace(entry, html=html, text=text), entry.at)
    database.close()
    with serving(data) as (address, _):
        reader = Browser(address)
        elapsed = sorted(reader.read(f"/tips/{TIP}") for _ in range(requests))
        size = len(reader.request("GET", f"/tips/{TIP}")[1])
    name = f"a page with {_REPLIES} replies of {_MARKUP // 1000} kB"
    yield Figure(name=f"{name}: median", value=at_percent(elapsed, 50), unit="ms")
    yield Figure(name=f"{name}: 95th percentile", value=at_percent(elapsed, 95), unit="ms")
    yield Figure(name=f"{name}: size", value=size / 1000, unit="kB")
