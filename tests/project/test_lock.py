"""The locks: complete, exact, hashed, and in step with what the project declares and imports."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bot.store.summary_cache import LIBRARIES

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PROJECT["dependency-groups"]
NEEDED = PROJECT["project"]["dependencies"]
FLEET = PROJECT["project"]["optional-dependencies"]["fleet"]
LOCKS = {
    "requirements.txt": NEEDED,
    "requirements-fleet.txt": [*NEEDED, *FLEET],
    "requirements-build.txt": GROUPS["build"],
    "requirements-dev.txt": GROUPS["dev"],
}


def read(lock):
    """The text of a lock."""
    return (ROOT / lock).read_text(encoding="utf-8")


def entries(lock):
    """The lock's entries, each as one line: requirement, marker and hashes; comments left out."""
    text = re.sub(r"^\s*#.*\n", "", read(lock), flags=re.MULTILINE)
    return text.replace("\\\n", " ").splitlines()


def requirements(lock):
    """The lock's entries, parsed, without their hashes."""
    return [Requirement(entry.split(" --hash=")[0]) for entry in entries(lock)]


def pins(*locks):
    """What the locks install on this machine: version by canonical name."""
    return {
        canonicalize_name(pin.name): next(iter(pin.specifier)).version
        for lock in locks
        for pin in requirements(lock)
        if pin.marker is None or pin.marker.evaluate()
    }


def imported(folder):
    """The top-level names of every module that the Python files in a folder import."""
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                yield from (alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.split(".")[0]


def providers(folder):
    """The distributions whose modules a folder imports, the standard library's and ours aside."""
    known = metadata.packages_distributions()
    outside = set(imported(folder)) - sys.stdlib_module_names - {"bot", "tests", "bench"}
    return {name: {canonicalize_name(dist) for dist in known.get(name, ())} for name in outside}


@pytest.mark.parametrize("lock", LOCKS)
def test_declared_is_locked(lock):
    """Every dependency that is declared is pinned, at a version that its bounds allow."""
    pinned = pins(lock)
    for declared in map(Requirement, LOCKS[lock]):
        version = pinned.get(canonicalize_name(declared.name))
        assert version, f"{declared.name} is not in {lock}; run: make lock"
        assert declared.specifier.contains(version), f"{declared} in {lock}: {version}; make lock"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_is_exact_and_hashed(lock):
    """Nothing can be installed but the very files that were locked."""
    assert entries(lock)
    for entry in entries(lock):
        assert re.fullmatch(
            r"[a-z0-9][a-z0-9._-]*==[\w.!+]+(?: ; [^-]+?)?(?:\s+--hash=sha256:[0-9a-f]{64})+", entry
        ), entry


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_tells_nothing_of_where_it_was_made(lock):
    """A lock holds no registry's address, no option and no path, so that it serves everywhere."""
    assert not re.search(r"://|^-|(?<=\s)/|find-links|index-url", read(lock), re.MULTILINE)


def test_the_locks_agree():
    """A package that two locks share has one version, so that neither undoes the other."""
    together = pins(*LOCKS)
    for lock in LOCKS:
        assert pins(lock).items() <= together.items(), lock


def test_what_runs_here_is_what_is_locked():
    """The tests run on the locked versions, not on whatever lay about."""
    installed = {name: metadata.version(name) for name in pins(*LOCKS)}
    assert installed == pins(*LOCKS)


def test_the_fleet_adds_to_the_bot():
    """The fleet's lock holds every entry of the bot's own, file for file."""
    assert set(entries("requirements.txt")) <= set(entries("requirements-fleet.txt"))


def test_a_bot_without_a_fleet_installs_nothing_of_it():
    """The bot's own lock holds no package that the fleet asks for, on any machine."""
    asked = {canonicalize_name(Requirement(need).name) for need in FLEET}
    assert asked
    locked = {canonicalize_name(pin.name) for pin in requirements("requirements.txt")}
    assert not {name for name in locked if name.startswith(tuple(asked))}


def needs(name, extras):
    """What an installed package needs on this machine, when it is asked for with these extras."""
    for needed in map(Requirement, metadata.requires(name) or ()):
        if needed.marker is None or any(needed.marker.evaluate({"extra": e}) for e in extras):
            yield needed


@pytest.mark.parametrize(
    "locks",
    [["requirements.txt"], ["requirements-fleet.txt"], list(LOCKS)],
    ids=["runtime", "fleet", "all"],
)
def test_the_locks_are_closed(locks):
    """Whatever a locked package needs on this machine, its extras included, is locked as well."""
    pinned = pins(*locks)
    seen, todo = set(), [Requirement(need) for lock in locks for need in LOCKS[lock]]
    while todo:
        name, extras = canonicalize_name((one := todo.pop()).name), frozenset({"", *one.extras})
        assert name in pinned, f"{one} is needed; make lock"
        if (name, extras) not in seen:
            seen.add((name, extras))
            todo += needs(name, extras)


@pytest.mark.parametrize(
    ("folder", "groups"), [("bot", ()), ("tests", ("dev",)), ("bench", ("dev",))]
)
def test_what_is_imported_is_declared(folder, groups):
    """Nobody leans on a package that is here only because another one brought it."""
    wanted = [*NEEDED, *FLEET, *(need for group in groups for need in GROUPS[group])]
    declared = {canonicalize_name(Requirement(need).name) for need in wanted}
    for name, distributions in providers(folder).items():
        assert distributions & declared, f"{folder} imports {name}; declare it in pyproject.toml"


def test_the_extra_that_is_gone_says_so(tmp_path):
    """A script that still runs `make nlp` goes on: it is told that there is nothing to install."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    done = subprocess.run(
        ["make", "nlp"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "is gone" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["Makefile"]


def test_the_summary_cache_knows_the_libraries_of_the_core():
    """Every package by which the core reads a text is part of the version of its summaries."""
    assert set(providers("bot/core")) == set(LIBRARIES)
