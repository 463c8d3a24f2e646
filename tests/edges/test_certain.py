"""What `make cover` measures: every path that it names is there."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).parents[2]
INI = ROOT / "tests" / "certain.ini"


def absent(ini):
    """The paths that coverage is to report on and that are not there."""
    settings = ConfigParser()
    settings.read_string(ini)
    paths = settings["report"]["include"].split()
    assert paths
    return [path for path in paths if not (ROOT / path).is_file()]


def test_every_path_is_there():
    """Coverage would pass over a file that was moved, and report 100 % of the others."""
    assert absent(INI.read_text(encoding="utf-8")) == []


def test_a_path_that_is_gone_is_noticed():
    """A path that a move left behind in the list is named."""
    assert absent(INI.read_text(encoding="utf-8") + "    bot/core/moved.py\n") == [
        "bot/core/moved.py"
    ]
