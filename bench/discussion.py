"""The discussion of a crowd: taking it in, its pages, its index, a search, and the memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter
from urllib.parse import quote, urlsplit

from bench.crowd import CROWDED_MAX, fill, rare_word, tip_name
from bench.figure import Figure, Scale, Target, at_percent
from bench.processes import MEGABYTE
from bench.serving import serving

HOW = """A made crowd (`bench/crowd.py`): replies, and replies to replies, on many tips, a tenth of
them (at most 10,000) under one. Taken in 500 at a time, each batch one transaction on disk, after
which every word of it can be searched. Then the site as a process of its own over that database,
and one request after another over one connection: pages of tips, every other one a page of the most
crowded; the index; searches for common,
rarer, several and East Asian words. Times how many: the same with 10,000 entries. Memory is the
most that the serving process ever held."""

PAGE = Target(limit=50)
INDEX = Target(limit=100)
RATIO = Target(limit=2)
TAKEN_IN = Target(limit=5000, at_least=True)
MEMORY = Target(limit=150)
SMALL = 10_000
_EAST_ASIAN = ("今日", "学習", "経験問", "のは", "違")


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """The 95th percentile in milliseconds of each thing that was asked for, and the megabytes."""

    page: float
    index: float
    search: float
    memory: float


def measure(scale: Scale) -> Iterator[Figure]:
    """How fast a crowd is taken in and shown, and how that grows with the crowd."""
    count = 1_000_000 if scale.large else scale.of(100_000, 1000)
    tips = 10_000 if scale.large else scale.of(1000, 50)
    small = scale.of(SMALL, 200)
    requests = scale.of(200, 10)
    with TemporaryDirectory() as place:
        few, _ = _measured(Path(place) / "few", small, min(tips, 1000), requests)
        many, taken = _measured(Path(place) / "many", count, tips, requests)
    name = f"{count:,} entries on {tips:,} tips"
    yield Figure(name=f"{name}, taken in", value=count / taken, unit="entries/s", target=TAKEN_IN)
    for what, target in (("page", PAGE), ("index", INDEX), ("search", INDEX)):
        value, before = getattr(many, what), getattr(few, what)
        label = f"{name}, {what}: 95th percentile"
        yield Figure(name=label, value=value, unit="ms", target=target)
        label = f"... times that of {small:,} entries"
        yield Figure(name=label, value=value / before, unit="x", target=RATIO)
    yield Figure(name=f"{name}, memory", value=many.memory, unit="MB", target=MEMORY)


def _measured(data: Path, count: int, tips: int, requests: int) -> tuple[Measured, float]:
    """Fill a folder and ask for what is in it; also the seconds that taking in took."""
    taken = fill(data, count, tips)
    with serving(data) as (address, process):
        random = Random(count)
        crowded = max(min(count // 10, CROWDED_MAX) // 120, 1)
        return Measured(
            page=_percentile(address, requests, lambda at: _page(random, at, tips, crowded)),
            index=_percentile(address, requests, lambda _: "/"),
            search=_percentile(address, requests, lambda at: _search(random, at)),
            memory=_peak(process.pid),
        ), taken


def _page(random: Random, at: int, tips: int, crowded: int) -> str:
    """A page of the crowded tip, or the first page of any."""
    if at % 2:
        return f"/tips/{tip_name(random.randrange(tips))}"
    return f"/tips/{tip_name(0)}?page={random.randint(1, crowded)}"


def _search(random: Random, at: int) -> str:
    """Something that people look for."""
    rarer, rare = (rare_word(random.randrange(most)) for most in (300, 60_000))
    wanted = ("listen", rarer, f"{rarer} people", rare, f'"{rarer}"', random.choice(_EAST_ASIAN))
    return f"/search?q={quote(wanted[at % len(wanted)])}"


def _percentile(address: str, requests: int, path: Callable[[int], str]) -> float:
    """Milliseconds that 95 of 100 requests take at most."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
    taken = []
    for at in range(requests):
        asked = path(at)
        start = perf_counter()
        connection.request("GET", asked)
        answer = connection.getresponse()
        answer.read()
        taken.append(1000 * (perf_counter() - start))
        if answer.status != 200:
            raise SystemExit(f"{asked} answered {answer.status}")
    connection.close()
    return at_percent(sorted(taken), 95)


def _peak(process: int) -> float:
    """The most memory that a process ever held, in megabytes."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return kilobytes * 1024 / MEGABYTE
