"""A bot that cannot start lets go of what it has opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.bootstrap.running.runner import run
from bot.core.errors import StoreError
from tests.tree import ROOT
from tests.whole.operator import free_port

DESCRIPTORS = Path("/proc/self/fd")
"""What this process has open, on Linux."""


def is_open(folder: Path) -> bool:
    """Whether this process has a file of a folder open."""
    links = (one for one in DESCRIPTORS.iterdir() if one.is_symlink())  # but for this very listing
    return any(folder in one.readlink().parents for one in links)


@pytest.mark.skipif(not DESCRIPTORS.exists(), reason="only Linux lists open files here")
def test_a_key_that_cannot_be_read(tmp_path):
    """Where the site's key is no file, the start fails in one line, and the database is closed."""
    data = tmp_path / "data"
    (data / "site.key").mkdir(parents=True)
    variables = {"TIPSBOT_DATA": str(data), "TIPSBOT_BIND": f"127.0.0.1:{free_port()}"}
    with pytest.raises(StoreError, match=r"site\.key"):
        run(ROOT / "tips.yaml", variables, now=None, strict=True, started=lambda _: None)
    assert list(data.glob("*.db"))
    assert not is_open(data)
