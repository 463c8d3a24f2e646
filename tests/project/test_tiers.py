"""The two tiers of tests: together they are all of them, and none is in both."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.tiers import TIERS

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
TWO = "import pytest\ndef test_one(): pass\n@pytest.mark.{}\ndef test_two(): pass\n"
BOTH = "import pytest\n@pytest.mark.quick\n@pytest.mark.long\ndef test_one(): pass\n"
VARIANTS = """import pytest
@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request): return request.param
def test_one(database): pass
@pytest.mark.quick
def test_two(database): pass
@pytest.mark.sqlite_only("it is about its file")
def test_three(database): pass
"""
INI = """[pytest]
addopts = --strict-markers --import-mode=importlib
markers =
    quick
    long
    postgresql
    sqlite_only
"""


@pytest.fixture
def chosen(pytester):
    """Which tests of these files a run with these options chooses, and its result."""

    def chosen(files, *options):
        pytester.makeini(INI)
        for folder, code in files.items():
            place = pytester.path / "tests" / folder
            place.mkdir(parents=True, exist_ok=True)
            (place / f"test_{folder}.py").write_text(code)
        done = pytester.runpytest_inprocess(
            "-p", "tests.tiers", "-p", "tests.databases", "-q", "--co", *options
        )
        found = re.findall(
            r"^tests/(\w+)/\w+\.py::test_([\w[\]]+)$", done.stdout.str(), re.MULTILINE
        )
        return set(found), done

    return chosen


def test_each_test_is_in_one_tier(chosen):
    """A test is of its folder's tier or of the one that it is marked with, and never of both."""
    files = {"core": TWO.format("long"), "sim": TWO.format("quick")}
    quick, _ = chosen(files, "-m", "quick")
    long, _ = chosen(files, "-m", "long")
    assert quick == {("core", "one"), ("sim", "two")}
    assert long == {("core", "two"), ("sim", "one")}
    assert chosen(files)[0] == quick | long


def test_a_variant_on_postgresql_is_long(chosen):
    """A variant on PostgreSQL is long, unless its test is marked quick; some have none."""
    quick, _ = chosen({"core": VARIANTS}, "-m", "quick")
    assert quick == {
        *(("core", f"{name}[sqlite]") for name in ("one", "two", "three")),
        ("core", "two[postgresql]"),
    }
    assert chosen({"core": VARIANTS}, "-m", "long")[0] == {("core", "one[postgresql]")}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"new": "def test_one(): pass"}, "*tests/new is in no tier; add it to tests/tiers.py"),
        ({"core": BOTH}, "*test_one is marked as quick and as long; remove one"),
    ],
)
def test_a_test_without_a_tier_is_refused(chosen, files, said):
    """A folder that nobody put into a tier, or a test that is in both, stops the run."""
    _, done = chosen(files)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([said])


def test_every_folder_is_in_a_tier():
    """The list of tiers names every folder with tests, and none that is gone."""
    assert set(TIERS) == {
        path.relative_to(ROOT / "tests").parts[0] for path in ROOT.glob("tests/*/**/test_*.py")
    }


def test_every_tier_is_run():
    """`make test` runs the quick tier, `make test-all` both, and CI the quick and the long one."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipes = dict(re.findall(r"^([a-z-]+):.*\n((?:\t.*\n)+)", makefile, re.MULTILINE))
    chosen = {name: re.findall(r"-m (quick|long)", recipes[name]) for name in ("test", "test-all")}
    assert chosen == {"test": ["quick"], "test-all": []}
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r"\bmake test$", ci, re.MULTILINE)
    assert re.search(r"\bmake test-all ARGS=\"?-m long\b", ci)
