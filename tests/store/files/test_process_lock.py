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


def delete(data):
    """Delete the lock file."""
    (data / "lock").unlink()


def replace(data):
    """Put another file in its place."""
    (data / "lock").unlink()
    (data / "lock").write_text("1\n", encoding="ascii")


def rename(data):
    """Move it out of the way."""
    (data / "lock").rename(data / "lock.old")


def link(data):
    """Put a link to a file elsewhere in its place."""
    (data / "lock").unlink()
    (data.parent / "elsewhere").write_bytes(b"")
    (data / "lock").symlink_to(data.parent / "elsewhere")


def empty(data):
    """Empty it."""
    (data / "lock").write_bytes(b"")


@pytest.mark.parametrize("harm", [delete, replace, rename, link, empty])
@pytest.mark.long
def test_a_lock_file_that_is_gone_lets_no_second_bot_start(tmp_path, harm):
    """Whatever becomes of the file, the lock is held, and a second holder is refused."""
    data = tmp_path / "data"
    with DataLock(data) as lock:
        harm(data)
        lock.check()
        assert is_running(data)
        with pytest.raises(StoreError, match="in use by a running bot"):
            take(data)
    assert not is_running(data)
    take(data)


def test_a_bot_of_an_earlier_version_is_respected(tmp_path):
    """A process that has locked the file alone keeps others out, too."""
    take(tmp_path)
    file = os.open(tmp_path / "lock", os.O_RDWR)
    fcntl.flock(file, fcntl.LOCK_EX)
    assert is_running(tmp_path)
    with pytest.raises(StoreError, match="in use by a running bot"):
        take(tmp_path)
    os.close(file)
    take(tmp_path)


def moved(data):
    """Move the directory."""
    data.rename(data.with_name("moved"))


def made_anew(data):
    """Move it, and make another."""
    moved(data)
    data.mkdir()


def no_directory(data):
    """Put a file in its place."""
    moved(data)
    data.write_bytes(b"")


def a_link_to_another(data):
    """Put a link to another directory in its place."""
    moved(data)
    data.with_name("other").mkdir()
    data.symlink_to(data.with_name("other"))


def without_its_parent(data):
    """Move the directory above."""
    data.parent.rename(data.parent.with_name("above"))


@pytest.mark.parametrize(
    "harm", [moved, made_anew, no_directory, a_link_to_another, without_its_parent]
)
def test_a_directory_that_was_replaced_is_noticed(tmp_path, harm):
    """A holder whose directory is not where it was is told, before another bot works there."""
    data = tmp_path / "home" / "data"
    with DataLock(data) as lock:
        lock.check()
        harm(data)
        with pytest.raises(StoreError, match="was moved, deleted or replaced while the bot ran"):
            lock.check()


def test_a_link_to_the_same_directory_is_the_same(tmp_path):
    """Whichever way leads to a directory, it is locked once."""
    take(tmp_path / "data")
    (tmp_path / "link").symlink_to(tmp_path / "data")
    with DataLock(tmp_path / "link") as lock:
        lock.check()
        with pytest.raises(StoreError, match="in use by a running bot"):
            take(tmp_path / "data")
