"""The version of the summary rules: it changes with any file or library that makes summaries."""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

LIBRARIES = ("nh3", "regex", "sentencex")
"""The packages with which the core reads a text: another release may find other sentences."""


@cache
def rules_version() -> str:
    """A hash of the rules, word lists and libraries that make summaries."""
    digest = hashlib.sha256("\n".join(map(version, LIBRARIES)).encode())
    for file in _parts(files("bot.core")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _parts(folder: Traversable) -> Iterator[Traversable]:
    """Every source and data file below a folder, in an order that is always the same."""
    for item in sorted(folder.iterdir(), key=lambda one: one.name):
        if item.is_dir():
            yield from _parts(item)
        elif item.name.endswith((".py", ".txt")):
            yield item
