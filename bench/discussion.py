"""A large discussion: storing it, its pages, its index, search, and memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter
from urllib.parse import quote, urlsplit

from bench.figure import Figure, Scale, Target, at_percent
from bench.large_discussion import BUSY_MAX, fill, rare_word, tip_name
from bench.processes import MEGABYTE
from bench.serving import serving

HOW = """Generated entries (`bench/large_discussion.py`): replies, and replies to replies, on many
tips, a tenth of them (at most 10,000) under one. Stored 500 at a time, each batch one transaction
on disk, after which all its text can be searched. Then the site as a separate process with that
database, and one request after another over one connection: pages of tips, every other one of the
busiest tip; the index; searches for common, rarer, several and East Asian words. The ratio compares
with 10,000 entries. Memory is the peak of the serving process."""

PAGE = Target(limit=50)
INDEX = Target(limit=100)
RATIO = Target(limit=2)
STORED = Target(limit=5000, at_least=True)
MEMORY = Target(limit=150)
SMALL = 10_000
_EAST_ASIAN = ("今日", "学習", "経験問", "のは", "違")


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """The 95th percentiles in milliseconds, and the memory in megabytes."""

    page: float
    index: float
    search: float
    memory: float


def measure(scale: Scale) -> Iterator[Figure]:
    """How fast entries are stored and shown, and how that grows with their number."""
    count = 1_000_000 if scale.large else scale.of(100_000, 1000)
    tips = 10_000 if scale.large else scale.of(1000, 50)
    small = scale.of(SMALL, 200)
    requests = scale.of(200, 10)
    with TemporaryDirectory() as place:
        few, _ = _measured(Path(place) / "few", small, min(tips, 1000), requests)
        many, elapsed = _measured(Path(place) / "many", count, tips, requests)
    name = f"{count:,} entries on {tips:,} tips"
    yield Figure(name=f"{name}, stored", value=count / elapsed, unit="entries/s", target=STORED)
    for what, target in (("page", PAGE), ("index", INDEX), ("search", INDEX)):
        value, before = getattr(many, what), getattr(few, what)
        label = f"{name}, {what}: 95th percentile"
        yield Figure(name=label, value=value, unit="ms", target=target)
        label = f"... times that of {small:,} entries"
        yield Figure(name=label, value=value / before, unit="x", target=RATIO)
    yield Figure(name=f"{name}, memory", value=many.memory, unit="MB", target=MEMORY)


def _measured(data: Path, count: int, tips: int, requests: int) -> tuple[Measured, float]:
    """Fill a folder and measure its site; also the seconds of storing."""
    elapsed = fill(data, count, tips)
    with serving(data) as (address, process):
        random = Random(count)
        busy_pages = max(min(count // 10, BUSY_MAX) // 120, 1)
        return Measured(
            page=_percentile(address, requests, lambda at: _page(random, at, tips, busy_pages)),
            index=_percentile(address, requests, lambda _: "/"),
            search=_percentile(address, requests, lambda at: _search(random, at)),
            memory=_peak(process.pid),
        ), elapsed


def _page(random: Random, at: int, tips: int, busy_pages: int) -> str:
    """A page of the busy tip, or the first page of any."""
    if at % 2:
        return f"/tips/{tip_name(random.randrange(tips))}"
    return f"/tips/{tip_name(0)}?page={random.randint(1, busy_pages)}"


def _search(random: Random, at: int) -> str:
    """A search."""
    rarer, rare = (rare_word(random.randrange(most)) for most in (300, 60_000))
    wanted = ("listen", rarer, f"{rarer} people", rare, f'"{rarer}"', random.choice(_EAST_ASIAN))
    return f"/search?q={quote(wanted[at % len(wanted)])}"


def _percentile(address: str, requests: int, path: Callable[[int], str]) -> float:
    """The 95th percentile of requests, in milliseconds."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
    elapsed = []
    for at in range(requests):
        asked = path(at)
        start = perf_counter()
        connection.request("GET", asked)
        answer = connection.getresponse()
        answer.read()
        elapsed.append(1000 * (perf_counter() - start))
        if answer.status != 200:
            raise SystemExit(f"{asked} answered {answer.status}")
    connection.close()
    return at_percent(sorted(elapsed), 95)


def _peak(process: int) -> float:
    """The peak memory of a process, in megabytes."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return kilobytes * 1024 / MEGABYTE
