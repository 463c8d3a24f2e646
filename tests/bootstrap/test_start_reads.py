"""How often a starting bot reads the tips file."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.tree import ROOT
from tests.whole.operator import Bot, Operator, await_that, free_port

COUNTING = """
import sys

def opened(event, given):
    if event == "open" and str(given[0]).endswith("tips.yaml"):
        print("opened", given[0], flush=True)

sys.addaudithook(opened)
from bot.cli import main
main()
"""
"""The command, with a line of output for each time that the tips file is opened."""

TIPS = (ROOT / "tips.yaml").read_text(encoding="utf-8")


@pytest.fixture
def bot(tmp_path):
    """A bot that runs on the shipped tips file and tells when it opens that."""
    operator = Operator(home=tmp_path, port=free_port())
    operator.write(TIPS)
    with subprocess.Popen(
        [sys.executable, "-c", COUNTING, "run", "--now"],
        cwd=operator.home,
        env=operator.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        running = Bot(process)
        yield running
        if process.poll() is None:
            running.kill()


def test_the_tips_file_is_read_once(bot):
    """Until the bot has posted its first tip it has opened the tips file a single time."""
    await_that(lambda: '"event": "delivery_posted"' in bot.output)
    assert bot.stop() == 0, bot.output
    assert [line for line in bot.lines if line.startswith("opened")] == ["opened tips.yaml"]
