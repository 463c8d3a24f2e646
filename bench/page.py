"""A tip's page with a thousand replies."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from urllib.parse import urlsplit

from bench.figure import Figure, Scale, at_percent
from bench.replies import replies
from tests.site import TIP, RunningSite, running_site

HOW = """The real site on loopback with a tip's page and generated replies, half of them to others;
one request after another over one connection, each read to its end."""

BYTES = 1000


def measure(scale: Scale) -> Iterator[Figure]:
    """The milliseconds of a request, and the size of the page."""
    count = scale.of(1000, 50)
    with TemporaryDirectory() as place, running_site(Path(place)) as site:
        _fill(site, count)
        answers = list(_requests(site, scale.of(100, 10)))
    elapsed = sorted(1000 * seconds for seconds, _ in answers)
    name = f"a page with {count:,} replies"
    yield Figure(name=f"{name}: median", value=at_percent(elapsed, 50), unit="ms")
    yield Figure(name=f"{name}: 95th percentile", value=at_percent(elapsed, 95), unit="ms")
    yield Figure(name=f"{name}: size", value=answers[0][1] / BYTES, unit="kB")


def _fill(site: RunningSite, count: int) -> None:
    """Post the tip, and store replies."""
    site.publish()
    now = site.clock.now()
    with site.database.store.writing() as tx:
        for entry in replies(count, TIP):
            tx.log.keep(entry, now)


def _requests(site: RunningSite, count: int) -> Iterator[tuple[float, int]]:
    """The seconds and bytes of each answer."""
    connection = HTTPConnection(urlsplit(site.url).netloc, timeout=60)
    for _ in range(count):
        start = perf_counter()
        connection.request("GET", f"/tips/{TIP}")
        answer = connection.getresponse()
        body = answer.read()
        yield perf_counter() - start, len(body)
        if answer.status != 200:
            raise SystemExit(f"the page answered {answer.status}")
    connection.close()
