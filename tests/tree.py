"""The project's tree: where it is, and a copy of what is handed out."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[1]
"""The folder of the project under test; another that is installed is never meant."""

KEY_FILE = ROOT / "tests" / "data" / "fleet.key"
"""A file with a key for fleets in tests; it is no secret."""

MADE = {".git", "bench-results", "build", "data", "dist"}
"""What stands in the tree and is no part of it, beside environments and caches."""


def copy_to(folder: Path) -> Path:
    """Copy the project's own files into a new folder, and return it."""
    return Path(shutil.copytree(ROOT, folder, ignore=_made))


def _made(folder: str, names: list[str]) -> list[str]:
    """Those of the names in a folder that were made there and are not handed out."""
    top = Path(folder) == ROOT
    return [
        name
        for name in names
        if (top and (name in MADE or name.startswith(".venv")))
        or name == "__pycache__"
        or name.endswith("_cache")
    ]
