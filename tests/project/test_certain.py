"""What `make cover` measures is there, and has a fault that can be planted in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.mutants import SETTINGS, certain, measured
from tests.sim import planted
from tests.sim.listening import planted as listening

ROOT = Path(__file__).parents[2]


def absent(ini):
    """Those of them that are not there."""
    return [path for path in measured(ini) if not (ROOT / path).is_file()]


def misplaced(mutants):
    """The faults whose old text their file does not have just once, or whose tests are not there."""
    return [
        one
        for one in mutants
        if not (ROOT / one.file).is_file()
        or (ROOT / one.file).read_text(encoding="utf-8").count(one.old) != 1
        or not all(map(is_there, one.tests))
    ]


def is_there(test):
    """Whether a file with tests, or one test in it, is there."""
    path, _, name = test.partition("::")
    file = ROOT / path
    return file.is_file() and (not name or f"def {name}(" in file.read_text(encoding="utf-8"))


def test_every_path_is_there():
    """Coverage would pass over a file that was moved, and report 100 % of the others."""
    assert measured(SETTINGS.read_text(encoding="utf-8"))
    assert absent(SETTINGS.read_text(encoding="utf-8")) == []


def test_a_path_that_is_gone_is_noticed():
    """A path that a move left behind in the list is named."""
    assert absent(SETTINGS.read_text(encoding="utf-8") + "    bot/core/moved.py\n") == [
        "bot/core/moved.py"
    ]


def test_every_file_has_a_fault():
    """In each file that is measured a fault is planted, and in no other; each names its tests."""
    files = [one.file for one in certain()]
    assert sorted(set(files)) == sorted(measured(SETTINGS.read_text(encoding="utf-8")))
    assert all(one.tests for one in certain())


def test_every_fault_can_be_planted():
    """The text that a fault replaces stands in its file once, for the simulation's faults as well."""
    assert misplaced([*certain(), *planted.MUTANTS, *listening.MUTANTS]) == []


def test_a_fault_that_cannot_be_planted_is_noticed():
    """One whose file was moved, whose text is gone or stands twice, or whose test is gone is named."""
    whole = certain()[0]
    wrong = [
        replace(whole, file="bot/core/moved.py"),
        replace(whole, old="no such text"),
        replace(whole, old="\n"),
        replace(whole, tests=["tests/core/test_moved.py"]),
        replace(whole, tests=["tests/core/posting/test_attempt_result.py::test_renamed"]),
    ]
    assert misplaced([whole, *wrong]) == wrong
