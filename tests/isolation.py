"""A test run apart from the person who starts it: what it reads is its own, and it leaves nothing.

A run has a folder of its own, with its temporary files, its home and its working directory in it,
and sees nothing of the person's environment but `KEPT`. A run that leaves a file there, or makes
one in the tree, fails.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from fnmatch import fnmatch
from multiprocessing.util import Finalize, get_temp_dir
from pathlib import Path

import pytest

KEPT = ("PATH", "LD_LIBRARY_PATH", "PYTEST_*", "COV*", "PIP_*")
"""The variables of the person's environment that tests see, by pattern; pip's name a registry."""

CACHES = (".git", ".venv*", "__pycache__", ".hypothesis", ".*_cache", ".coverage*", "*.egg-info")
"""What tools make in the tree, by pattern."""

DATA = "data"
"""Where a bot that runs in the tree changes files at any time; only a new directory is noticed."""

LAST = -200
"""The priority of what is done at exit after multiprocessing has removed its directory (-100)."""

_folder = pytest.StashKey[Path]()
_before = pytest.StashKey[frozenset[str]]()
_left = pytest.StashKey[list[str]]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Make the run's folder, or join it in a worker, and take the person's environment away."""
    if _is_worker(config):
        folder = Path(config.workerinput["folder"])  # type: ignore[attr-defined]
    else:
        folder = Path(tempfile.mkdtemp(prefix="tipsbot-tests-"))
        folder.chmod(0o711)  # a test without rights goes through it
        for name in ("tmp", "home", "work"):
            (folder / name).mkdir()
        config.option.basetemp = config.option.basetemp or folder / "pytest"
        config.stash[_before] = _files(config.rootpath)
    config.stash[_folder] = folder
    _set_environment(folder, config.rootpath)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a worker of pytest-xdist where the run's folder is."""
    node.workerinput["folder"] = str(node.config.stash[_folder])  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def _working_directory(pytestconfig: pytest.Config) -> Iterator[None]:
    """Tests run in an empty directory, so that none depends on the files beside the person."""
    began_in = Path.cwd()
    os.chdir(pytestconfig.stash[_folder] / "work")
    yield
    os.chdir(began_in)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that left something behind."""
    if not _is_worker(session.config):
        session.config.stash[_left] = left = list(_left_behind(session.config))
        if left and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was left behind, and where the files of failed tests are."""
    config = terminalreporter.config
    for path in config.stash.get(_left, []):
        terminalreporter.write_line(f"left behind by a test: {path}", red=True)
    if _is_kept(config):
        terminalreporter.write_line(f"the files of this run are kept: {config.stash[_folder]}")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the run's folder, unless there is something to see in it."""
    if not _is_worker(config) and _folder in config.stash and not _is_kept(config):
        Finalize(None, shutil.rmtree, args=(config.stash[_folder],), exitpriority=LAST)


def _is_kept(config: pytest.Config) -> bool:
    """Whether a test failed or left something behind."""
    session = config.pluginmanager.get_plugin("session")
    return bool(config.stash.get(_left, []) or (session and session.testsfailed))


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _set_environment(folder: Path, tree: Path) -> None:
    """What tests and the programs that they start see: nothing of this person, machine or day."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if any(fnmatch(name, pattern) for pattern in KEPT)
    }
    os.environ.clear()
    os.environ.update(
        kept,
        HOME=str(folder / "home"),
        TMPDIR=str(folder / "tmp"),
        PYTHONPATH=str(tree),
        LC_ALL="C.UTF-8",
        TZ="UTC",
    )
    time.tzset()
    tempfile.tempdir = None  # it is looked up again


def _left_behind(config: pytest.Config) -> Iterator[str]:
    """Every file that is there and was not, by the place where it is."""
    for name in ("tmp", "home", "work"):
        place = config.stash[_folder] / name
        left = set(place.iterdir()) - _kept_until_exit(place)
        yield from sorted(str(path.relative_to(config.stash[_folder])) for path in left)
    before = config.stash[_before]
    yield from sorted(_files(config.rootpath) - before)


def _kept_until_exit(place: Path) -> set[Path]:
    """The directory that multiprocessing has for this very process, and removes at its exit."""
    return {Path(get_temp_dir())} if any(place.glob("pymp-*")) else set()


def _files(tree: Path) -> frozenset[str]:
    """The files of the tree, without what tools make there."""
    found = set()
    for place, folders, files in os.walk(tree):
        names = [name for name in folders + files if not _is_any(name, CACHES)]
        folders[:] = [
            name for name in folders if name in names and Path(place, name) != tree / DATA
        ]
        found |= {str(Path(place, name).relative_to(tree)) for name in names}
    return frozenset(found)


def _is_any(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)
