"""A log or output that cannot be written: the bot works, reports it, and stops normally."""

from __future__ import annotations

import fcntl
import os
import pty
import shutil
import signal
import subprocess
import termios
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest
import requests

from tests.whole.operator import PATIENCE, Operator, await_that
from tests.whole.test_first_day import FIRST, SHIPPED

Sink = Callable[[ExitStack], int]


def full_pipe(stack: ExitStack) -> int:
    """A full pipe without a reader."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(writer, False)
    with suppress(BlockingIOError):
        while os.write(writer, b"x" * 4096):
            pass
    os.set_blocking(writer, True)
    stack.callback(os.close, reader)
    return writer


def full_pipe_that_does_not_block(stack: ExitStack) -> int:
    """A full pipe on which writing fails at once."""
    writer = full_pipe(stack)
    os.set_blocking(writer, False)
    return writer


def broken_pipe(stack: ExitStack) -> int:
    """A pipe whose reader has closed it."""
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def full_disk(stack: ExitStack) -> int:
    """A full disk."""
    return os.open("/dev/full", os.O_WRONLY)


def stopped_terminal(stack: ExitStack) -> int:
    """A terminal on which somebody pressed Ctrl-S."""
    master, terminal = pty.openpty()
    termios.tcflow(terminal, termios.TCOOFF)
    stack.callback(os.close, master)
    return terminal


def read_only(stack: ExitStack) -> int:
    """A descriptor that is not writable."""
    return os.open(os.devnull, os.O_RDONLY)


SINKS = (
    full_pipe,
    full_pipe_that_does_not_block,
    broken_pipe,
    full_disk,
    stopped_terminal,
    read_only,
)


@contextmanager
def running(operator: Operator, **streams: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A running bot with these streams, killed at the end of the block."""
    process = subprocess.Popen(
        [*operator.command, "run"], cwd=operator.home, env=operator.environment, **streams
    )
    try:
        await_that(lambda: is_healthy(operator))
        yield process
    finally:
        process.kill()
        process.wait(PATIENCE)


def is_healthy(operator: Operator) -> bool:
    """Whether the health check passes."""
    with suppress(requests.RequestException):
        return requests.get(f"{operator.site}/healthz", timeout=10).ok
    return False


def works_and_ends(operator: Operator, process: subprocess.Popen[bytes]) -> None:
    """Check that the bot posts by schedule and by command, is healthy, and stops normally."""
    await_that(lambda: operator.status()["accounts"][0]["last_post"])
    assert operator.does("post", FIRST, "--again").code == 0
    assert is_healthy(operator)
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize(
    ("name", "sink"),
    [("stderr", sink) for sink in SINKS]
    + [("stdout", sink) for sink in (full_pipe, broken_pipe, full_disk)],
)
def test_a_stream_that_cannot_be_written(operator: Operator, sink: Sink, name: str) -> None:
    """The bot posts and stops normally with any failure of its log or its output."""
    shutil.copy(SHIPPED, operator.home)
    with ExitStack() as stack:
        streams = {"stderr": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, name: sink(stack)}
        stack.callback(os.close, streams[name])
        with running(operator, **streams) as process:
            works_and_ends(operator, process)


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams(operator: Operator, closed: str) -> None:
    """A bot with closed streams works, and writes its log into none of its own files."""
    shutil.copy(SHIPPED, operator.home)
    words = ["sh", "-c", f'exec "$@" {closed}', "sh", *operator.command]

    class Closed(Operator):
        @property
        def command(self) -> list[str]:
            return words

    with running(Closed(home=operator.home, port=operator.port)) as process:
        works_and_ends(operator, process)
    assert operator.does("status").code == 0


def test_a_log_that_cannot_be_written_is_told(operator: Operator) -> None:
    """Health check and `status` report the lost log, and the reason."""
    shutil.copy(SHIPPED, operator.home)
    with ExitStack() as stack:
        writer = broken_pipe(stack)
        stack.callback(os.close, writer)
        with running(operator, stderr=writer, stdout=subprocess.DEVNULL):
            await_that(lambda: health(operator)["log"] == "Broken pipe")
            await_that(lambda: "the log cannot be written: Broken pipe" in status(operator))


def health(operator: Operator) -> dict[str, Any]:
    """The answer of the health check."""
    return dict(requests.get(f"{operator.site}/healthz", timeout=10).json())


def status(operator: Operator) -> str:
    """The output of `status`."""
    return operator.does("status").out
