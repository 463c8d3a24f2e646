"""The import contracts, each seen to catch a breach that is planted in a copy of the package."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")

LAYERS = "Imports only go down, and every module is in a layer"
SIBLINGS = "No platform knows another"
CATALOGUE = "Only the catalogue knows the platforms"
MODELS = "Only a command that asks the operator knows of models"
FLEET = "Only the fleet and the store's part for PostgreSQL know their libraries"
CORE = "The core touches nothing but its arguments"
VERBS = "A use case is given the time, and calls the outside only through ports"

BREACHES = {
    "the core knows a verb": ("core/planted.py", "import bot.app", LAYERS),
    "a stray module": ("planted.py", "", LAYERS),
    "a platform knows another": ("platforms/planted.py", "import bot.platforms.site", SIBLINGS),
    "the wiring knows a platform": ("wiring", "import bot.platforms.site", CATALOGUE),
    "the running bot asks a model": (
        "bootstrap/running/runner.py",
        "import bot.bootstrap.settings.configured_model",
        MODELS,
    ),
    "the container asks a model": (
        "bootstrap/container.py",
        "import bot.outbound.language_model",
        MODELS,
    ),
    "the site asks PostgreSQL itself": ("web/planted.py", "import psycopg", FLEET),
    "shared SQL knows the driver": ("store/planted.py", "import psycopg", FLEET),
    "the wiring knows the queue": ("bootstrap/planted.py", "import procrastinate", FLEET),
    "a command knows the queue": ("cli/planted.py", "import procrastinate", FLEET),
    "the store knows the fleet": ("store/planted.py", "import bot.fleet", LAYERS),
    "the core knows the queue": ("core/planted.py", "import procrastinate", CORE),
    "a verb knows PostgreSQL": ("app/planted.py", "import psycopg", VERBS),
    "the core draws a picture": ("core/planted.py", "import PIL", CORE),
    "a verb draws a picture": ("app/planted.py", "import PIL", VERBS),
    "the core opens a connection": ("core/planted.py", "import socket", CORE),
    "the core asks the time": ("core/planted.py", "from time import time", CORE),
    "a verb sleeps": ("app/planted.py", "from time import sleep", VERBS),
}


@pytest.fixture
def harness(tmp_path):
    """A copy of the package, where a breach harms nobody."""
    shutil.copytree(ROOT / "bot", tmp_path / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(harness):
    """Run the check as the project runs it, on the copy."""
    return subprocess.run(
        [LINTER, "--no-logo", "--no-cache"],
        cwd=harness,
        capture_output=True,
        text=True,
        check=False,
    )


def broken(output):
    """The contracts that a run found broken, by name, as its summary lists them."""
    lines = output.splitlines()
    return {line.partition(" BROKEN")[0] for line in lines if " BROKEN" in line}


def plant(harness, place, line):
    """Write the line into a new module, or at the end of one that is there (or of its package)."""
    path = harness / "bot" / place
    if not path.suffix:
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    with path.open("a", encoding="utf-8") as module:
        module.write(f"\n{line}\n")


def test_the_house_keeps_its_contracts(harness):
    """As it stands, the package breaks no import contract."""
    result = lint(harness)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("place", "line", "contract"), BREACHES.values(), ids=BREACHES)
def test_a_breach_is_caught(harness, place, line, contract):
    """An import that the architecture forbids fails the check, under the contract that forbids it."""
    plant(harness, place, line)
    result = lint(harness)
    assert result.returncode != 0
    assert contract in broken(result.stdout), result.stdout + result.stderr


def test_what_may_be_imported_where(harness):
    """The fleet may import Procrastinate, and the store's part for PostgreSQL psycopg."""
    plant(harness, "fleet/planted.py", "import procrastinate, psycopg")
    (harness / "bot" / "store" / "postgres").mkdir(exist_ok=True)
    plant(harness, "store/postgres/__init__.py", "import psycopg")
    plant(harness, "store/postgres/planted.py", "import psycopg")
    plant(harness, "bootstrap/planted.py", "import bot.fleet.planted, bot.store.postgres.planted")
    result = lint(harness)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_contract_has_a_breach():
    """No import contract goes without a breach that shows that the check catches it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {one["name"] for one in project["tool"]["importlinter"]["contracts"]}
    assert contracts == {contract for _, _, contract in BREACHES.values()}
