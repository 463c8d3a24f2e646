"""An operator with a folder, an environment and the command; and a bot that runs in it."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tests.tree import ROOT

PATIENCE = 30
"""How long to wait for anything, in seconds."""


@dataclass
class Outcome:
    """A command's output and exit code."""

    code: int
    out: str
    err: str

    @property
    def records(self) -> list[Any]:
        """The lines of JSON on its standard output."""
        return [json.loads(line) for line in self.out.splitlines()]


class Bot:
    """A running bot: its output so far, and the ways to end it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.lines.append(line.rstrip("\n"))

    @property
    def output(self) -> str:
        """Its output so far, of both streams."""
        return "\n".join(self.lines)

    def stop(self) -> int:
        """Ask it to stop, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        """Kill it."""
        self.process.kill()
        self.wait()

    def wait(self) -> int:
        """Wait for its end."""
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code


@dataclass
class Operator:
    """Somebody with a folder that holds tips.yaml, and with an environment of their own."""

    home: Path
    port: int
    secrets: dict[str, str] = field(default_factory=dict)
    ahead: Path | None = None
    """a file that says by how many seconds the machine's clock is ahead of ours"""
    python: str = sys.executable

    @property
    def site(self) -> str:
        """Where the bot serves its site."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables of every command."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        own = {"TIPSBOT_BIND": f"127.0.0.1:{self.port}", "PYTHONIOENCODING": "utf-8"}
        own |= {"PYTHONPATH": str(ROOT), "HOME": str(self.home)}
        return {**kept, **own, **self.secrets}

    @property
    def command(self) -> list[str]:
        """The command line of the bot."""
        if self.ahead is None:
            return [self.python, "-m", "bot"]
        return [self.python, "-m", "tests.whole.shifted_clock", str(self.ahead)]

    def write(self, text: str) -> None:
        """Save tips.yaml by replacing it, as editors do."""
        fresh = self.home / "tips.yaml.new"
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self.home / "tips.yaml")

    def does(self, *words: str) -> Outcome:
        """Run a command to its end."""
        done = subprocess.run(
            [*self.command, *words],
            cwd=self.home,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def types(self, answers: Sequence[object], *words: str, through: Sequence[str] = ()) -> Outcome:
        """Run a command at a terminal, perhaps `through` another, and answer its questions."""
        master, terminal = pty.openpty()
        with subprocess.Popen(
            [*through, sys.executable, "-m", "bot", *words],
            cwd=self.home,
            env=self.environment,
            stdin=terminal,
            stdout=terminal,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            os.close(terminal)
            rest = list(answers)
            screen = _answer_questions(master, rest)
            _, err = process.communicate(timeout=60)
        assert not rest, f"{rest} was not asked for: {screen}{err}"
        return Outcome(process.returncode, screen, err)

    @contextmanager
    def runs(self, *words: str) -> Iterator[Bot]:
        """A running bot, which is stopped at the end of the block."""
        bot = self.starts(*words)
        try:
            await_that(lambda: "stop with Ctrl-C" in bot.output or bot.process.poll() is not None)
            yield bot
        finally:
            if bot.process.poll() is None:
                bot.process.send_signal(signal.SIGTERM)
            bot.wait()

    def starts(self, *words: str) -> Bot:
        """Start a bot without waiting until it runs."""
        return self.begins("run", *words)

    def begins(self, *words: str) -> Bot:
        """Start a command without waiting for its end."""
        return Bot(
            subprocess.Popen(
                [*self.command, *words],
                cwd=self.home,
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )

    def entries(self) -> list[dict[str, Any]]:
        """The log as records."""
        return self.does("log", "--format", "jsonl").records

    def status(self) -> dict[str, Any]:
        """The output of `status --json`."""
        return dict(json.loads(self.does("status", "--json").out))


def _answer_questions(master: int, rest: list[object]) -> str:
    """Type each answer at a question; returns everything that was shown."""
    screen = b""
    with os.fdopen(master, "r+b", buffering=0) as terminal:
        while piece := _read(terminal):
            screen += piece
            if rest and _QUESTION.search(screen.rpartition(b"\n")[2]):
                terminal.write(f"{rest.pop(0)}\n".encode())
                screen += b"\n"
    return screen.decode().replace("\r\n", "\n")


_QUESTION = re.compile(rb"(?:\[s\]: ?|summary: .*)$")
"""The end of a question; behind one for a summary words to edit may stand."""


def _read(terminal: IO[bytes]) -> bytes:
    """The next output; empty once the program has ended."""
    ready, _, _ = select.select([terminal], [], [], PATIENCE)
    assert ready, "the program writes nothing and does not end"
    try:
        return terminal.read(4096)
    except OSError:
        return b""


def await_that(happens: Callable[[], object], within: float = PATIENCE) -> None:
    """Wait until a condition holds. Fails after `within` seconds."""
    end = time.monotonic() + within
    while not happens():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of the reply form, as a browser would send them."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return dict(found)
