"""One running bot for each data directory."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys

import pytest

from bot.core.errors import StoreError
from bot.store import DataLock, is_running

HOLDER = """
import sys
from pathlib import Path
from bot.store import DataLock
with DataLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def take(data):
    """Take the lock and let go."""
    with DataLock(data):
        pass


def test_a_second_holder_is_refused(tmp_path):
    """Nobody else gets the lock while it is held, and everybody after."""
    with DataLock(tmp_path):
        with pytest.raises(StoreError, match=f"process {os.getpid()}.*; stop that one first"):
            take(tmp_path)
        assert is_running(tmp_path)
    take(tmp_path)
    assert not is_running(tmp_path)


def test_another_process_is_refused(tmp_path, holder):
    """The lock holds between processes, and the error names the one that has it."""
    with pytest.raises(StoreError, match=f"process {holder.pid}"):
        take(tmp_path)
    assert is_running(tmp_path)
    holder.communicate("")
    take(tmp_path)


def test_it_is_free_after_a_kill(tmp_path, holder):
    """A bot that was killed leaves no lock behind."""
    holder.send_signal(signal.SIGKILL)
    holder.wait(10)
    assert not is_running(tmp_path)
    take(tmp_path)


def test_looking_makes_nothing(tmp_path):
    """Asking whether a bot runs on a directory that does not exist does not make it."""
    assert not is_running(tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_a_look_is_in_nobodys_way(tmp_path, holder):
    """Asking whether a bot runs writes nothing, and two who ask do not take each other for one."""
    before = (tmp_path / "lock").read_bytes()
    assert is_running(tmp_path)
    assert (tmp_path / "lock").read_bytes() == before
    holder.communicate("")
    with (tmp_path / "lock").open() as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        assert not is_running(tmp_path)


def test_a_lock_that_cannot_be_used_is_told(tmp_path):
    """Where nobody can tell whether a bot runs, one line says why, and nobody takes it for a no."""
    (tmp_path / "lock").symlink_to("lock")
    for use in (is_running, take):
        with pytest.raises(StoreError, match=r"lock cannot be used: .*; change its owner or mode"):
            use(tmp_path)
