"""A run of the tests: apart from the person who starts it, and without anything left behind."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

EMPTY = """
import os, pathlib, tempfile
def test_nothing_of_the_person():
    assert os.environ.keys() & {"TIPSBOT_DATA", "HTTP_PROXY", "XDG_CACHE_HOME", "NETRC"} == set()
    for place in (pathlib.Path.cwd(), pathlib.Path.home(), pathlib.Path(tempfile.gettempdir())):
        assert not any(place.iterdir())
"""
UNTIDY = """
import pathlib, tempfile
def test_untidy():
    tempfile.mkdtemp(prefix="lost")
    (pathlib.Path.home() / ".lost").touch()
    pathlib.Path("lost").touch()
    pathlib.Path(__file__).with_name("data").mkdir()
"""

AS_WITH_PROCESSES = """
from multiprocessing.util import get_temp_dir
def test_as_with_processes():
    get_temp_dir()
"""
AS_IF_OF_A_PROCESS = """
import tempfile
def test_untidy():
    tempfile.mkdtemp(prefix="pymp-")
"""


@pytest.fixture
def run(pytester, monkeypatch):
    """Run one test in a tree of its own, in this process or in workers, and return what came of it."""
    system, home = pytester.mkdir("system"), pytester.mkdir("home")
    (home / ".netrc").write_text("machine 127.0.0.1 login somebody password secret")
    tree = pytester.mkdir("tree")
    (tree / "pytest.ini").write_text("[pytest]")
    for name, value in {
        "TMPDIR": system,
        "HOME": home,
        "XDG_CACHE_HOME": home,
        "NETRC": home / ".netrc",
        "TIPSBOT_DATA": tree / "data",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }.items():
        monkeypatch.setenv(name, str(value))

    def run(code, workers):
        (tree / "test_one.py").write_text(code)
        monkeypatch.chdir(tree)
        plugins = ("-p", "tests.isolation", "-p", "xdist", "-p", "no:cacheprovider")
        done = pytester.runpytest_subprocess(*plugins, "-n", str(workers), tree)
        return done, [path.name for path in system.iterdir() if path.name.startswith("tipsbot-")]

    return run


def test_nothing_of_the_person_is_seen(run):
    """No test sees the person's variables, home, temporary or working directory; none is left."""
    done, kept = run(EMPTY, workers=1)
    done.assert_outcomes(passed=1)
    assert (done.ret, kept) == (0, [])


@pytest.mark.parametrize("workers", [0, 1])
def test_a_file_that_is_left_behind_fails_the_run(run, workers):
    """A run in which every test passes fails when a test leaves files, and names each of them."""
    done, kept = run(UNTIDY, workers)
    done.assert_outcomes(passed=1)
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    names = ("tmp/lost*", "home/.lost", "work/lost", "data")
    lines = [f"left behind by a test: {name}" for name in names]
    done.stdout.fnmatch_lines([*lines, "the files of this run are kept: *"], consecutive=True)
    assert len(kept) == 1


@pytest.mark.parametrize("workers", [0, 1])
def test_a_directory_of_multiprocessing_is_removed(run, workers):
    """A run whose tests start processes leaves nothing: their directory is removed at its end."""
    done, kept = run(AS_WITH_PROCESSES, workers)
    done.assert_outcomes(passed=1)
    assert (done.ret, kept) == (0, [])
    assert "Traceback" not in done.stderr.str()


@pytest.mark.parametrize("workers", [0, 1])
def test_a_directory_of_another_process_is_left_behind(run, workers):
    """Only the directory of the run's own process is passed over, whatever others are called."""
    done, _ = run(AS_IF_OF_A_PROCESS, workers)
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.stdout.fnmatch_lines(["left behind by a test: tmp/pymp-*"])
