"""`make bench`, quickly: that it measures and tells; never how fast."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.figure import Figure, Target, shown, spread

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
QUICK = ("length", "start", "slot", "intake", "trace")


def bench(*words):
    """Run the benchmarks with these arguments."""
    return subprocess.run(
        [sys.executable, "-m", "bench", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What a quick run of the cheap ones writes, on its standard output and into its file."""
    path = tmp_path_factory.mktemp("bench") / "new" / "figures.json"
    done = bench("--quick", "--json", str(path), *QUICK)
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(path.read_text(encoding="utf-8"))


def test_every_figure_is_in_the_table_and_in_the_file(told):
    """A run ends well and tells the same figures to people and to programs, with how it got them."""
    table, written = told
    assert tuple(one["name"] for one in written["benchmarks"]) == QUICK
    rows = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("|")]
    figures = [figure for one in written["benchmarks"] for figure in one["figures"]]
    assert rows[2:] == [figure["name"] for figure in figures]
    assert all(figure["value"] > 0 for figure in figures)
    assert all(one["how"] in table for one in written["benchmarks"])


def test_a_quick_run_says_that_it_was_one(told):
    """Nobody takes the figures of a quick run for those that the targets speak of."""
    table, written = told
    assert "A quick run" in table
    assert written["quick"] is True


def test_nothing_names_the_machine(told):
    """The figures say what they were measured on, but neither its name nor a place on its disk."""
    _, written = told
    assert set(written["machine"]) == {
        "processor",
        "cores",
        "memory_gb",
        "system",
        "python",
        "load",
    }
    assert str(ROOT) not in json.dumps(written)


def test_an_unknown_benchmark_is_refused():
    """A mistyped name is answered with the names that there are."""
    done = bench("lenght")
    assert done.returncode == 2
    assert "length" in done.stderr


@pytest.mark.parametrize(
    ("target", "value", "met"),
    [
        (Target(limit=3), 3, True),
        (Target(limit=3), 3.1, False),
        (Target(limit=15, at_least=True), 15, True),
        (Target(limit=15, at_least=True), 14.9, False),
        (None, 1, None),
    ],
)
def test_a_target_is_met_or_not(target, value, met):
    """A figure says by itself whether it is what it should be."""
    assert Figure(name="x", value=value, unit="s", target=target).is_met is met


def test_numbers_for_people():
    """Large numbers have commas, small ones three digits that count."""
    assert [shown(value) for value in (1234567.8, 100, 99.96, 0.01234)] == [
        "1,234,568",
        "100",
        "100",
        "0.0123",
    ]


def test_the_spread_of_values():
    """Median, 99th percentile and largest are those of the values in any order."""
    assert spread(reversed(range(101))) == (50, 99, 100)
