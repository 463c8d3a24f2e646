"""Real `tipsbot worker` processes, on a machine whose clock is ahead by what a file says.

Each is forked from a process that has imported the bot already, for an import takes two seconds;
but for one of another version, which lies in a folder of its own.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import time_machine

from bot.cli import main
from tests.servers.network.host import Host, enter
from tests.whole.operator import PATIENCE, await_that
from tests.whole.shifted_clock import read

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        "tests.fleet_world.worker",
        "bot.cli.processes.worker",
        "bot.bootstrap.fleet.worker_process",
        "bot.platforms.mastodon.adapter",
        "bot.platforms.x.adapter",
    ]
)
_PR_SET_PDEATHSIG = 1
_NUMBERS = count(1)


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Where a worker runs. Its clocks go on with what the file `ahead` says; its wall clock is `off`.

    `tree` is the folder of the version that is installed there; None: the one under test. `host` is its
    place in a network; None: it needs none.
    """

    home: Path
    ahead: Path
    environment: Mapping[str, str]
    off: timedelta = timedelta(0)
    tree: Path | None = None
    host: Host | None = None


class _OtherProgram(subprocess.Popen[bytes]):
    """A process of another version, which is asked as those of multiprocessing are."""

    def __init__(self, tree: Path, arguments: tuple[Machine, Path, Sequence[str]]) -> None:
        code = "import pickle, sys; from tests.fleet_world import worker;"
        code += "worker.work(*pickle.load(sys.stdin.buffer))"
        environment = {**arguments[0].environment, "PYTHONPATH": str(tree)}
        super().__init__(
            [sys.executable, "-c", code], cwd=tree, env=environment, stdin=subprocess.PIPE
        )
        assert self.stdin is not None
        with self.stdin:
            pickle.dump(arguments, self.stdin)

    def is_alive(self) -> bool:
        """Whether it runs."""
        return self.poll() is None

    def join(self, timeout: float) -> None:
        """Wait for its end, at most so many seconds."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(timeout)

    @property
    def exitcode(self) -> int | None:
        """With which code it ended; None: it runs."""
        return self.poll()


@dataclass
class Worker:
    """A worker process. `start` begins it; its output goes to a file."""

    machine: Machine
    words: Sequence[str]
    process: ForkServerProcess | _OtherProgram = field(init=False)
    log: Path = field(init=False)
    is_frozen: bool = False
    #: whether the database hears nothing of it
    is_silent: bool = False

    @property
    def host(self) -> Host:
        """Where it is, in a fleet with a network."""
        assert self.machine.host is not None
        return self.machine.host

    def start(self) -> Worker:
        """Begin it, without waiting until it works."""
        self.log = self.machine.home / f"worker-{next(_NUMBERS)}.log"
        arguments = (self.machine, self.log, self.words)
        if self.machine.tree is not None:
            self.process = _OtherProgram(self.machine.tree, arguments)
            return self
        self.process = _CONTEXT.Process(target=work, args=arguments, daemon=True)
        self.process.start()
        return self

    @property
    def output(self) -> str:
        """What it wrote so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def await_start(self) -> Worker:
        """Wait until it takes work, or has ended."""
        await_that(lambda: "stop with Ctrl-C" in self.output or not self.process.is_alive())
        assert self.process.is_alive(), self.output
        return self

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it still runs."""
        if self.process.pid is not None and self.process.is_alive():
            os.kill(self.process.pid, number)

    def kill(self) -> bool:
        """Kill it; False where it had ended by itself."""
        self.send(signal.SIGKILL)
        self.process.join(PATIENCE)
        return self.process.exitcode == -signal.SIGKILL

    def freeze(self) -> None:
        """Let it do nothing until `wake`."""
        self.is_frozen = True
        self.send(signal.SIGSTOP)

    def wake(self) -> None:
        """Let it go on; it sees the time that has passed."""
        self.is_frozen = False
        self.send(signal.SIGCONT)

    def stop(self) -> int | None:
        """Ask it to end, and return its exit code."""
        self.send(signal.SIGTERM)
        self.process.join(PATIENCE)
        return self.process.exitcode


def work(machine: Machine, log: Path, words: Sequence[str]) -> None:
    """Be `tipsbot WORDS...` on this machine."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # a killed test leaves none behind
    if machine.host is not None and machine.host.namespace is not None:
        enter(machine.host.namespace)
    os.chdir(machine.home)
    os.environ.clear()
    os.environ.update(machine.environment)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.argv = ["tipsbot", *words]
    _count_what_passed(machine.ahead)
    start = datetime.now(UTC) + read(machine.ahead) + machine.off
    with time_machine.travel(start, tick=True) as clock:
        _notice_what_passed(machine.ahead, clock)
        main()


def _count_what_passed(ahead: Path) -> None:
    """Let the clock that counts the seconds since the machine's start go on with that of the test."""
    real = time.clock_gettime

    def counted(clock: int) -> float:
        passed = read(ahead).total_seconds() if clock == time.CLOCK_BOOTTIME else 0
        return real(clock) + passed

    time.clock_gettime = counted


def _notice_what_passed(ahead: Path, clock: time_machine.Traveller) -> None:
    """Put the wall clock forward when the process continues."""
    known = read(ahead)

    def wake(*_: object) -> None:
        nonlocal known
        before, known = known, read(ahead)
        clock.shift(known - before)

    signal.signal(signal.SIGCONT, wake)
