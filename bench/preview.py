"""Showing every post that 10,000 tips make."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figure import Figure, Scale
from bench.files import EVERYWHERE, write
from bench.processes import inside

HOW = """`tipsbot preview --all --json` on the file of `load` with three accounts, once, as a
process of its own, from its start to its end."""


def measure(scale: Scale) -> Iterator[Figure]:
    """Seconds and peak memory for all lines."""
    tips = scale.of(10_000, 300)
    with TemporaryDirectory() as folder:
        path = write(Path(folder), tips, EVERYWHERE)
        ran = inside(Path(folder), "tipsbot", "preview", str(path), "--all", "--json")
    posts = ran.out.count("\n")
    if posts != tips * len(EVERYWHERE):
        raise SystemExit(f"preview showed {posts} posts of {tips} tips")
    name = f"preview of {posts:,} posts"
    yield Figure(name=name, value=ran.seconds, unit="s")
    yield Figure(name=name, value=ran.megabytes, unit="MB")
