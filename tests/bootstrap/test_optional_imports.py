"""What a running bot does not load."""

import subprocess
import sys

from tests.tree import ROOT

LOADING = """
from bot.bootstrap.running.optional_imports import UNUSED, skip_unused
skip_unused()
import sys
import bot.cli.app, bot.cli.processes.run, bot.bootstrap.running.runner
import bot.platforms.mastodon.adapter, bot.platforms.x.adapter, bot.platforms.site.adapter
assert not {name.partition(".")[0] for name, one in sys.modules.items() if one}.intersection(UNUSED)
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
        "import sys, atexit; from bot.bootstrap.running.optional_imports import UNUSED;"
        "atexit.register(lambda: print([n for n in UNUSED if sys.modules.get(n, 1)]));"
        "sys.argv = ['tipsbot', 'run', '--file', 'none.yaml']; from bot.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "[]\n"), done.stderr
