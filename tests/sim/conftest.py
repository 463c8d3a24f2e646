"""The folder of a simulation."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder for databases; nothing waits for the disk, since the simulation never syncs."""
    return tmp_path
