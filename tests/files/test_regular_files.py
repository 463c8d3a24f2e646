"""Files that were replaced by something else: refused at once, never waited for, never read whole."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.bootstrap.settings.secrets import secrets_for
from bot.bootstrap.settings.site_key import site_key
from bot.core.errors import BotError, SecretError, StoreError, TipsError
from bot.core.model.capabilities import PlatformKind
from bot.platforms import catalogue
from bot.regular_files import NotRegularError, read_regular
from bot.store.files.kept_files import DirectoryFiles
from bot.tips_file.read_file import MAX_BYTES, Watch, read_bytes

Thing = Callable[[Path], None]


def pipe(path: Path) -> None:
    """A pipe that nobody writes to."""
    os.mkfifo(path)


def folder(path: Path) -> None:
    """A folder."""
    path.mkdir()


def null(path: Path) -> None:
    """A link to a device that is empty."""
    path.symlink_to("/dev/null")


def zeros(path: Path) -> None:
    """A link to a device without an end."""
    path.symlink_to("/dev/zero")


def terminal(path: Path) -> None:
    """A link to a terminal."""
    path.symlink_to("/dev/ptmx")


def unix_socket(path: Path) -> None:
    """A socket."""
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def link_to_a_pipe(path: Path) -> None:
    """A link to a pipe."""
    os.mkfifo(path.with_name("pipe"))
    path.symlink_to("pipe")


def loop(path: Path) -> None:
    """A link to itself."""
    path.symlink_to(path.name)


THINGS = [pipe, folder, null, zeros, terminal, unix_socket, link_to_a_pipe]


def sparse(path: Path) -> None:
    """A file of a terabyte, of which nothing is on the disk."""
    path.touch()
    os.truncate(path, 1 << 40)


MASTODON: PlatformKind = catalogue.KINDS["mastodon"]


def secret(path: Path) -> object:
    """Read it as a secret that a variable names."""
    return secrets_for("town", MASTODON, {"TIPSBOT_TOWN_ACCESS_TOKEN_FILE": str(path)})


def credential(path: Path) -> object:
    """Read it as a credential of systemd."""
    name = path.with_name("tipsbot_town_access_token")
    path.rename(name) if not path.is_symlink() else name.symlink_to(path.readlink())
    return secrets_for("town", MASTODON, {"CREDENTIALS_DIRECTORY": str(path.parent)})


def key(path: Path) -> object:
    """Read it as the site's key."""
    (path.parent / "site.key").symlink_to(path)
    return site_key(DirectoryFiles(path.parent))


READERS: list[tuple[Callable[[Path], object], type[BotError]]] = [
    (read_bytes, TipsError),
    (secret, SecretError),
    (credential, SecretError),
    (key, StoreError),
]


@pytest.mark.parametrize("make", THINGS)
def test_only_regular_files_are_read(tmp_path: Path, make: Thing) -> None:
    """Anything else is refused without a wait, and the error says so."""
    make(tmp_path / "it")
    with pytest.raises(NotRegularError, match=r"a folder, not a file|not an ordinary file"):
        read_regular(tmp_path / "it", 10)


@pytest.mark.parametrize("make", [*THINGS, sparse, loop])
@pytest.mark.parametrize(("reader", "error"), READERS)
def test_each_reader_refuses_them(
    tmp_path: Path, make: Thing, reader: Callable[[Path], object], error: type[BotError]
) -> None:
    """Tips file, secrets, credentials and the site's key: one clear line for each."""
    make(tmp_path / "it")
    if (reader, make) == (key, sparse):
        assert reader(tmp_path / "it")
        return
    with pytest.raises(error, match="it") as raised:
        reader(tmp_path / "it")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("make", [*THINGS, sparse])
def test_a_watched_file_that_becomes_something_else_is_a_change(
    tmp_path: Path, make: Thing
) -> None:
    """Told once, so that whoever loads it learns what is wrong; and told again when it is back."""
    file = tmp_path / "tips.yaml"
    file.write_text("first", encoding="utf-8")
    watch = Watch(file)
    watch.read()
    file.unlink()
    make(file)
    assert [watch.changed() for _ in range(4)] == [False, True, False, False]
    file.rename(tmp_path / "moved")
    file.write_text("first", encoding="utf-8")
    assert [watch.changed() for _ in range(4)] == [False, True, False, False]


def test_a_link_to_a_regular_file_is_fine(tmp_path: Path) -> None:
    """Through links, as many set-ups have it, a file is read, and its edits are noticed."""
    file, link = tmp_path / "real.yaml", tmp_path / "tips.yaml"
    file.write_text("first", encoding="utf-8")
    link.symlink_to(file)
    watch = Watch(link)
    assert watch.read() == b"first"
    file.write_text("another", encoding="utf-8")
    assert [watch.changed() for _ in range(3)] == [False, True, False]


def test_a_file_that_is_too_large_is_not_read_whole(tmp_path: Path) -> None:
    """What is beyond the limit is never in memory."""
    sparse(tmp_path / "it")
    assert len(read_regular(tmp_path / "it", 1000)) == 1001
    with pytest.raises(TipsError, match=f"larger than {MAX_BYTES >> 20} MiB"):
        read_bytes(tmp_path / "it")
