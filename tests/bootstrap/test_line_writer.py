"""Lines for a descriptor that takes them late, in part, or never."""

from __future__ import annotations

import fcntl
import os
import threading
from contextlib import suppress

import pytest

from bot.bootstrap.settings.line_writer import LONGEST, LineWriter

SOON = 20


@pytest.fixture
def pipe():
    """Both ends of a pipe, closed in the end."""
    ends = os.pipe()
    yield ends
    for end in ends:
        with suppress(OSError):
            os.close(end)


def lost(number):
    """How losses are told here."""
    return f"{number} lost"


def read(end, size):
    """So many bytes."""
    found = b""
    while len(found) < size:
        found += os.read(end, size - len(found))
    return found


def test_lines_come_in_order(pipe):
    """What is put is written, each on a line of its own."""
    reader, writer = pipe
    lines = LineWriter(writer, "utf-8", lost)
    lines.put_text(["one", "zwei \u00fc"])
    assert lines.flush(SOON)
    assert os.read(reader, 100) == "one\nzwei \u00fc\n".encode()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "koi8-r", "gbk"])
def test_what_an_encoding_cannot_show_is_escaped(pipe, encoding):
    """No character stops a line, whatever the encoding."""
    reader, writer = pipe
    lines = LineWriter(writer, encoding)
    lines.put_text(["a\u2713b\U0001f600"])
    assert lines.flush(SOON)
    assert os.read(reader, 100) == "a\u2713b\U0001f600\n".encode(encoding, "backslashreplace")


def test_a_pipe_that_nobody_reads_holds_nobody_up(pipe):
    """Putting never waits; what finds no room is counted, and told once the pipe is read again."""
    reader, writer = pipe
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    lines = LineWriter(writer, "utf-8", lost, room=10)
    for _ in range(1000):
        lines.put(b"x" * 1023)
    assert not lines.flush(0)
    found, whole = b"", 0
    while b"lost" not in found:
        found += os.read(reader, 4096)
    whole = found.count(b"x" * 1023 + b"\n")
    assert found.endswith(f"\n{1000 - whole} lost\n".encode())
    assert whole >= 10
    lines.put(b"again")
    assert lines.flush(SOON)
    assert os.read(reader, 100) == b"again\n"


def test_a_descriptor_that_does_not_block(pipe):
    """A line that goes in in parts arrives whole."""
    reader, writer = pipe
    os.set_blocking(writer, False)
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    lines = LineWriter(writer, "utf-8", lost)
    lines.put(b"y" * 10_000)
    assert read(reader, 10_001) == b"y" * 10_000 + b"\n"


def no_reader():
    """A pipe whose reader has gone."""
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def full_disk():
    """A disk without room."""
    return os.open("/dev/full", os.O_WRONLY)


def read_only():
    """A descriptor that cannot be written to."""
    return os.open("/dev/null", os.O_RDONLY)


def folder():
    """No file at all."""
    return os.open("/", os.O_RDONLY)


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (no_reader, "Broken pipe"),
        (full_disk, "No space left on device"),
        (read_only, "Bad file descriptor"),
        (folder, "Bad file descriptor"),
    ],
)
def test_a_descriptor_that_cannot_be_written_raises_nothing(broken, why, tmp_path):
    """Whatever is wrong, nothing is raised, the trouble is known, and the lines come when it ends."""
    number = broken()
    lines = LineWriter(number, "utf-8", lost, room=2)
    for _ in range(10):
        lines.put(b"said")
    while lines.problem != why:
        threading.Event().wait(0.01)
    assert not lines.flush(0)
    mended = os.open(tmp_path / "log", os.O_WRONLY | os.O_CREAT)
    os.dup2(mended, number)
    assert lines.flush(SOON)
    while b"lost" not in (written := (tmp_path / "log").read_bytes()):
        threading.Event().wait(0.01)
    kept = written.count(b"said\n")
    assert written == b"said\n" * kept + f"{10 - kept} lost\n".encode()
    assert lines.problem is None
    os.close(mended)
    os.close(number)


def test_a_line_of_megabytes_is_cut(pipe):
    """One line takes no more than its share."""
    reader, writer = pipe
    lines = LineWriter(writer, "utf-8", lost)
    lines.put(b"z" * 1_000_000)
    assert read(reader, LONGEST + 1) == b"z" * LONGEST + b"\n"


def test_lines_that_could_not_be_made_are_told(pipe):
    """A loss is told even where nothing else is ever said."""
    reader, writer = pipe
    lines = LineWriter(writer, "utf-8", lost)
    lines.put(b"first")
    lines.lose()
    assert read(reader, len("first\n1 lost\n")) == b"first\n1 lost\n"
