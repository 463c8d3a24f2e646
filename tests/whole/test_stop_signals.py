"""Stop signals end the bot at once while it starts, and in an orderly way later."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from bot.bootstrap.running.stop_signals import SIGNALS
from tests.whole.operator import Operator, Outcome

SHIPPED = Path(__file__).parents[2] / "tips.yaml"
AS_PID_1 = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"]

SIGNAL_AT_IMPORT = """
import os, runpy, sys

number, module, program = int(sys.argv[1]), sys.argv[2], sys.argv[3]

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == module:
            os.kill(os.getpid(), number)

sys.meta_path.insert(0, Finder())
del sys.argv[:3]
if os.path.exists(program):
    runpy.run_path(program, run_name="__main__")
else:
    runpy.run_module(program, run_name="__main__", alter_sys=True)
"""
"""Starts the command, and sends it the signal when it imports a module."""


def starts(
    operator: Operator,
    number: signal.Signals,
    module: str,
    program: str = "bot",
    before: tuple[str, ...] = (),
) -> Outcome:
    """The end of `run` when the signal comes while it imports a module."""
    shutil.copy(SHIPPED, operator.home)
    words = [sys.executable, "-c", SIGNAL_AT_IMPORT, str(int(number)), module, program, "run"]
    done = subprocess.run(
        [*before, *words],
        cwd=operator.home,
        env=operator.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("module", ["bot.core.errors", "typer", "sqlalchemy"])
@pytest.mark.parametrize("number", SIGNALS[:3])
def test_it_ends_at_once_while_it_starts(
    operator: Operator, number: signal.Signals, module: str
) -> None:
    """A signal between the first import and the last ends the bot with one line, no traceback."""
    done = starts(operator, number, module)
    assert (done.code, done.out, done.err) == (-number, "", f"tipsbot: ended by {number.name}\n")


def test_it_ends_at_once_from_its_own_program(operator: Operator) -> None:
    """The installed program `tipsbot` obeys as early as `python -m bot` does."""
    program = str(Path(sys.executable).with_name("tipsbot"))
    done = starts(operator, signal.SIGTERM, "bot.core.errors", program)
    assert (done.code, done.err) == (-signal.SIGTERM, "tipsbot: ended by SIGTERM\n")


@pytest.mark.skipif(
    shutil.which("unshare") is None
    or subprocess.run([*AS_PID_1, "true"], capture_output=True, check=False).returncode != 0,
    reason="this machine lets nobody make a PID namespace",
)
@pytest.mark.parametrize("number", SIGNALS[:4])
def test_pid_1_ends_while_it_starts(operator: Operator, number: signal.Signals) -> None:
    """The first process of a container ends with 128 plus the signal's number."""
    done = starts(operator, number, "bot.core.errors", before=tuple(AS_PID_1))
    assert (done.code, done.err) == (128 + number, f"tipsbot: ended by {number.name}\n")


@pytest.mark.parametrize("number", SIGNALS)
def test_it_ends_orderly_once_it_is_up(operator: Operator, number: signal.Signals) -> None:
    """Each of the signals lets a running bot finish its work and exit with 0."""
    shutil.copy(SHIPPED, operator.home)
    with operator.runs() as bot:
        bot.process.send_signal(number)
        assert bot.wait() == 0
    assert "stopped; all work finished" in bot.output


class Nohup(Operator):
    """An operator who closes the terminal while the command goes on."""

    @property
    def command(self) -> list[str]:
        return ["nohup", *super().command]


def test_nohup_is_respected(operator: Operator) -> None:
    """A bot that was started with nohup goes on when its terminal is closed."""
    shutil.copy(SHIPPED, operator.home)
    with Nohup(home=operator.home, port=operator.port).runs() as bot:
        bot.process.send_signal(signal.SIGHUP)
        assert requests.get(f"{operator.site}/healthz", timeout=10).ok
        assert bot.stop() == 0


MANY_SIGNALS = """
import signal
from bot.bootstrap.running.stop_signals import StopRequests, end_orderly

requests = StopRequests()
end_orderly(requests)
signal.setitimer(signal.ITIMER_REAL, 2e-4, 2e-4)
left = 3_000
while left:
    left -= requests.wait(1e-6)
signal.setitimer(signal.ITIMER_REAL, 0)
print("all were taken")
"""
"""Waits for signals that come so quickly that many interrupt the beginning or end of a wait."""


def test_a_signal_at_any_moment_of_waiting_is_taken():
    """No signal finds the bot at a moment at which it can neither be taken nor wait any longer."""
    done = subprocess.run(
        [sys.executable, "-c", MANY_SIGNALS],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "all were taken\n")
