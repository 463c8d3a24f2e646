"""Reading and checking a file of 10,000 tips, as `tipsbot check` does it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figure import Figure, Instead, Scale, Target
from bench.processes import Ran, typical, with_peak_memory
from bench.tips_files import EVERYWHERE, SITE, write

HOW = """`tipsbot check` on a generated file of tips of three sentences, one in three with a link,
as a separate process, from its start to its end: every value checked, every tip measured for every
account, the summaries of the first 300 checked (`--all`: of every tip). Median of three. Peak
memory is that reported by the process. Compared with a process that only reads the same file with
PyYAML, which checks nothing, by its C parser and by its Python one (`yaml.safe_load`)."""

SECONDS = Target(limit=3)
MEGABYTES = Target(limit=250)


def measure(scale: Scale) -> Iterator[Figure]:
    """Seconds and peak memory, with the site alone and with three networks."""
    tips = scale.of(10_000, 300)
    with TemporaryDirectory() as place:
        folder = Path(place)
        path = write(folder, tips, EVERYWHERE)
        by_c = _read(path, "CSafeLoader")
        by_python = _read(path, "SafeLoader")
        for accounts in (SITE, EVERYWHERE):
            ran = _check(folder, tips, accounts, scale)
            what = f"{tips:,} tips, {len(accounts)} account{'s' * (len(accounts) > 1)}"
            yield _figure(what, "s", ran.seconds, by_c.seconds, SECONDS)
            yield _figure(what, "MB", ran.megabytes, by_c.megabytes, MEGABYTES)
        ran = _check(folder, tips, EVERYWHERE, scale, "--all")
        yield Figure(name=f"check --all {tips:,} tips, 3 accounts", value=ran.seconds, unit="s")
        yield Figure(name="only read by yaml.safe_load", value=by_python.seconds, unit="s")
        yield Figure(name="only read by yaml.safe_load", value=by_python.megabytes, unit="MB")


def _figure(what: str, unit: str, value: float, instead: float, target: Target) -> Figure:
    return Figure(
        name=f"check {what}",
        value=value,
        unit=unit,
        target=target,
        instead=Instead(what="only read, CSafeLoader", value=instead),
    )


def _check(
    folder: Path, tips: int, accounts: Mapping[str, str], scale: Scale, *options: str
) -> Ran:
    """The command `tipsbot check` on a file of tips for these accounts."""
    path = write(folder, tips, accounts)
    command = ("tipsbot", "check", str(path), *options)
    return typical([with_peak_memory(folder, *command) for _ in range(scale.of(3, 1))])


def _read(path: Path, loader: str) -> Ran:
    """Read the file with a loader of PyYAML and nothing more."""
    return with_peak_memory(path.parent, "yaml", loader, str(path))
