"""A preview of all posts of 10,000 tips."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figure import Figure, Scale
from bench.processes import with_peak_memory
from bench.tips_files import EVERYWHERE, write

HOW = """`tipsbot preview --all --json` on the file of `load` with three accounts, once, as a
separate process, from its start to its end."""


def measure(scale: Scale) -> Iterator[Figure]:
    """The seconds and the peak memory."""
    tips = scale.of(10_000, 300)
    with TemporaryDirectory() as folder:
        path = write(Path(folder), tips, EVERYWHERE)
        ran = with_peak_memory(Path(folder), "tipsbot", "preview", str(path), "--all", "--json")
    posts = ran.out.count("\n")
    if posts != tips * len(EVERYWHERE):
        raise SystemExit(f"preview showed {posts} posts of {tips} tips")
    name = f"preview of {posts:,} posts"
    yield Figure(name=name, value=ran.seconds, unit="s")
    yield Figure(name=name, value=ran.megabytes, unit="MB")
