"""What is read of a bot's folder, whatever its owner put there."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from bot.bootstrap.fleet.bot_folders import BotFolders, read_in
from bot.core.errors import TipsError, UsageError


def refusal(directory: Path, bot: str = "ada") -> str:
    """Why the folder of a bot cannot be read."""
    with pytest.raises(TipsError) as caught:
        BotFolders(directory).read(bot)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def folder(tmp_path: Path) -> Path:
    """The folder of a bot, with nothing in it."""
    (tmp_path / "bots" / "ada").mkdir(parents=True)
    return tmp_path / "bots" / "ada"


def test_the_bytes_are_those_of_the_file(tmp_path):
    """A file is read byte by byte."""
    (folder(tmp_path) / "tips.yaml").write_bytes(b"a\xff\r\n")
    folders = BotFolders(tmp_path / "bots")
    assert folders.bots() == ["ada"]
    assert folders.read("ada") == {"tips.yaml": b"a\xff\r\n"}


def test_a_folder_that_is_a_link_is_refused(tmp_path):
    """A symbolic link to another folder is a bot that is refused, also one that leads nowhere."""
    (folder(tmp_path) / "tips.yaml").write_text("x")
    (tmp_path / "bots" / "bob").symlink_to("ada")
    (tmp_path / "bots" / "eve").symlink_to("nowhere")
    assert BotFolders(tmp_path / "bots").bots() == ["ada", "bob", "eve"]
    for bot in ("bob", "eve"):
        assert refusal(tmp_path / "bots", bot) == (
            f"{bot}/tips.yaml: a symbolic link is in its path; put the folder and the file itself there"
        )


@pytest.mark.parametrize("target", ["../../secret", "/etc/passwd", "nowhere", "tips.yaml"])
def test_a_file_that_is_a_link_is_refused(tmp_path, target):
    """No link leads to another bot's file or to one of the machine."""
    (tmp_path / "secret").write_text("secret")
    (folder(tmp_path) / "tips.yaml").symlink_to(target)
    assert "a symbolic link is in its path" in refusal(tmp_path / "bots")


def make_pipe(path: Path) -> None:
    """A pipe that nobody writes into."""
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    """A socket in the file system."""
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def make_huge(path: Path) -> None:
    """A hundred megabytes of nothing."""
    with path.open("wb") as file:
        file.truncate(100 << 20)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "not found"),
        (Path.mkdir, "a folder, not a file"),
        (make_pipe, "not an ordinary file"),
        (make_socket, "not an ordinary file"),
        (make_huge, "larger than 16 MiB"),
    ],
)
def test_what_is_no_tips_file_is_refused(tmp_path, make, says):
    """Nothing waits, nothing fills the memory, and one line says what it is."""
    make(folder(tmp_path) / "tips.yaml")
    assert says in refusal(tmp_path / "bots")


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(tmp_path):
    """A file without rights is refused with the reason."""
    (folder(tmp_path) / "tips.yaml").touch(0)
    assert "Permission denied; check its permissions" in refusal(tmp_path / "bots")


def test_a_file_that_changes_while_it_is_read_is_refused():
    """What is read was there twice; a file that is another one each time is refused."""
    number = os.open("/proc/self", os.O_RDONLY)
    try:
        with pytest.raises(OSError, match="it is being written in"):
            read_in(number, "io")  # it counts what this process has read
    finally:
        os.close(number)


def test_a_directory_that_is_not_there_is_told(tmp_path):
    """A wrong name is one line, and stops no bot."""
    (tmp_path / "file").touch()
    for name in ("nowhere", "file"):
        with pytest.raises(UsageError, match="name the folder of the bots' folders"):
            BotFolders(tmp_path / name)


def test_a_file_below_the_folder_is_read_without_links(tmp_path):
    """A named file may be in a folder of its own; no part of its path is a link."""
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "cat.png").write_bytes(b"secret")
    (tmp_path / "bot" / "images").mkdir(parents=True)
    (tmp_path / "bot" / "images" / "cat.png").write_bytes(b"cat")
    (tmp_path / "bot" / "link").symlink_to("../secret")
    (tmp_path / "bot" / "images" / "link.png").symlink_to("cat.png")
    number = os.open(tmp_path / "bot", os.O_RDONLY)
    try:
        assert read_in(number, "images/cat.png") == b"cat"
        for name in ("link/cat.png", "images/link.png", "images/dog.png"):
            with pytest.raises(OSError, match=r"link|directory"):
                read_in(number, name)
        with pytest.raises(UsageError):
            read_in(number, "../secret/cat.png")
    finally:
        os.close(number)
