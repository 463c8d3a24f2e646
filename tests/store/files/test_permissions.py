"""A data directory that others can read is closed to them, or they are told of."""

from __future__ import annotations

import os
import stat

import pytest

from bot.store import open_store
from bot.store.files.data_files import close_to_others

FILES = [
    "tipsbot.db",
    "tipsbot.db-wal",
    "last-good.yaml",
    "discussion.jsonl",
    "discussion.jsonl.3",
    "site.key",
    "summaries.db",
]


def mode(path):
    """The rights, without the kind."""
    return stat.S_IMODE(path.stat().st_mode)


def make(data, directory, files):
    """A data directory whose directory and files have these modes."""
    data.mkdir()
    for name in FILES:
        (data / name).write_bytes(b"")
        (data / name).chmod(files)
    data.chmod(directory)


@pytest.mark.parametrize(
    ("directory", "files", "then"),
    [
        (0o755, 0o644, (0o700, 0o600)),
        (0o777, 0o666, (0o770, 0o660)),
        (0o750, 0o640, (0o700, 0o600)),
        (0o701, 0o604, (0o700, 0o600)),
        (0o770, 0o660, (0o770, 0o660)),
        (0o775, 0o664, (0o770, 0o660)),
        (0o700, 0o666, (0o700, 0o600)),
        (0o755, 0o600, (0o700, 0o600)),
        (0o500, 0o444, (0o500, 0o400)),
    ],
)
def test_what_is_open_is_closed(tmp_path, directory, files, then):
    """Others lose their rights, and so does a group that may not write to the directory."""
    data = tmp_path / "data"
    make(data, directory, files)
    found = close_to_others(data)
    assert (mode(data), {mode(data / name) for name in FILES}) == (then[0], {then[1]})
    assert (str(data) in found.closed) == (directory != then[0])
    assert (str(data / "site.key") in found.closed) == (files != then[1])
    assert found.open == []
    assert close_to_others(data).closed == []


def test_a_directory_that_holds_other_things_is_told_and_left(tmp_path):
    """A folder that serves others, too, keeps its mode; our files in it are closed all the same."""
    make(tmp_path / "data", 0o755, 0o644)
    (tmp_path / "data" / "index.html").write_bytes(b"")
    (tmp_path / "data" / "index.html").chmod(0o644)
    found = close_to_others(tmp_path / "data")
    assert found.open == [str(tmp_path / "data")]
    assert mode(tmp_path / "data") == 0o755
    assert mode(tmp_path / "data" / "index.html") == 0o644
    assert mode(tmp_path / "data" / "site.key") == 0o600


def test_links_are_left(tmp_path):
    """What a link leads to is not ours to change."""
    (tmp_path / "real").write_bytes(b"")
    (tmp_path / "real").chmod(0o644)
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "last-good.yaml").symlink_to(tmp_path / "real")
    assert close_to_others(tmp_path / "data").closed == []
    assert mode(tmp_path / "real") == 0o644


def test_no_directory(tmp_path):
    """Where there is none, there is nothing to close."""
    assert close_to_others(tmp_path / "data").closed == []


def test_whatever_the_umask_new_files_are_for_the_owner(tmp_path):
    """Under umask 000 a new database and its directory are closed from the start."""
    before = os.umask(0)
    try:
        open_store(tmp_path / "data").close()
    finally:
        os.umask(before)
    assert mode(tmp_path / "data") == 0o700
    assert {mode(path) for path in (tmp_path / "data").iterdir()} == {0o600}
