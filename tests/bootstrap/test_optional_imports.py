"""What a running bot does not load."""

import os
import subprocess
import sys

import pytest

from bot.bootstrap.running.optional_imports import DATABASE
from tests.tree import KEY_FILE, ROOT

LOADING = """
from bot.bootstrap.running.optional_imports import FLEET, UNUSED, skip_unused
skip_unused({})
import sys
import bot.cli.app, bot.cli.processes.run, bot.bootstrap.running.runner
import bot.platforms.mastodon.adapter, bot.platforms.x.adapter, bot.platforms.site.adapter
assert not {name.partition(".")[0] for name, one in sys.modules.items() if one}.intersection(UNUSED + FLEET)
"""


def test_unused_libraries_are_not_loaded():
    """The bot and all its adapters load without the optional parts of libraries, and no warning."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", LOADING],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_command_skips_them(tmp_path):
    """`tipsbot run` keeps them out, however it ends."""
    code = (
        "import sys, atexit; from bot.bootstrap.running.optional_imports import FLEET, UNUSED;"
        "atexit.register(lambda: print([n for n in UNUSED + FLEET if sys.modules.get(n, 1)]));"
        "sys.argv = ['tipsbot', 'run', '--file', 'none.yaml']; from bot.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "[]\n"), done.stderr


@pytest.mark.parametrize("words", [["check"], ["status"], ["schema"], ["run", "--file", "none"]])
def test_no_command_loads_the_fleet(tmp_path, words):
    """No command loads the driver of PostgreSQL or the task queue without a database URL, nor Pillow."""
    code = (
        "import sys, atexit; gone = {'PIL', 'procrastinate', 'psycopg', 'psycopg_pool'};"
        "atexit.register(lambda: print('loaded:', [n for n in gone if sys.modules.get(n)]));"
        f"sys.argv = ['tipsbot', *{words}]; from bot.cli import main; main()"
    )
    variables = {name: value for name, value in os.environ.items() if name not in DATABASE}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=variables | {"TIPSBOT_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.endswith("loaded: []\n"), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("words", "package"),
    [
        ("status", "psycopg"),
        ("run", "psycopg"),
        ("fleet list", "psycopg"),
        ("worker", "psycopg"),
        ("web", "cryptography"),
        ("migrate", "procrastinate"),
        ("keys rotate", "cryptography"),
    ],
)
def test_a_database_without_the_extra_is_one_line(tmp_path, words, package):
    """Where the extra `fleet` is not installed, a command that needs it says so in one line."""
    code = (
        "import sys; from bot.bootstrap.running.optional_imports import FLEET;"
        "sys.modules.update(dict.fromkeys(FLEET));"
        f"sys.argv = ['tipsbot', *{words.split()}]; from bot.cli import main; main()"
    )
    variables = {"TIPSBOT_DATABASE_URL": "postgresql://tipsbot:secret@127.0.0.1:9/tipsbot"}
    variables["TIPSBOT_KEY_FILE"] = str(KEY_FILE)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | variables | {"TIPSBOT_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"tipsbot: {package}, which a PostgreSQL database needs, is not installed; "
        "install requirements-fleet.txt in place of requirements.txt\n"
    )


@pytest.mark.parametrize("variable", DATABASE)
def test_a_database_url_lets_the_fleet_in(variable):
    """With a database URL, given or in a file, the packages of the fleet can be imported."""
    code = (
        "from bot.bootstrap.running.optional_imports import skip_unused;"
        f"skip_unused({{{variable!r}: 'somewhere'}}); import cryptography, psycopg"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
