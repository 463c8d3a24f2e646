"""How this program was called, so that commands can be shown that work from where somebody is."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path


def command(*words: str) -> str:
    """A command line of this program to type into a shell, in the same folder."""
    return shlex.join([*_program(), *words])


def _program() -> list[str]:
    """The program as it was called; by its name alone where that finds it."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return [sys.executable, "-m", "bot"]
    found = shutil.which(called.name)
    is_on_path = found is not None and Path(found).resolve() == called.resolve()
    return [called.name if is_on_path else sys.argv[0]]
