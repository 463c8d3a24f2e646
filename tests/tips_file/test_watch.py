"""The running bot notices an edit, however it was written, and notices it once."""

import os
from pathlib import Path

import pytest

from bot.core.errors import TipsError
from bot.tips_file.read_file import Watch


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file to watch."""
    path = tmp_path / "tips.yaml"
    path.write_text("first")
    return path


def watching(path: Path) -> Watch:
    """The watch of a bot that was started with the file's present content."""
    watch = Watch(path)
    assert watch.read() == path.read_bytes()
    return watch


def settled(watch: Watch) -> bool:
    """What the watch says after two looks at a file that nobody writes."""
    return watch.changed() or watch.changed()


def test_nothing_changed(file):
    """A file that stays as it is is no change."""
    assert not settled(watching(file))


def test_edit(file):
    """An edit is told once, after it has settled."""
    watch = watching(file)
    file.write_text("another")
    assert [watch.changed() for _ in range(4)] == [False, True, False, False]


def test_edit_of_the_same_length(file):
    """An edit that leaves the size as it is counts, too."""
    watch = watching(file)
    before = file.stat().st_mtime_ns
    file.write_text("FIRST")
    os.utime(file, ns=(before + 10**9, before + 10**9))
    assert settled(watch)


def test_replaced(file):
    """An editor that writes a new file and renames it over the old one is noticed."""
    watch = watching(file)
    before = file.stat()
    other = file.with_suffix(".new")
    other.write_text("FIRST")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(file)
    assert settled(watch)


def test_touched(file):
    """A file that was only touched, or written again as it was, is no change."""
    watch = watching(file)
    os.utime(file, ns=(1, 1))
    assert not settled(watch)


def test_half_written(file):
    """While a file grows from look to look nothing is said; when it rests, the whole is there."""
    watch = watching(file)
    for length in range(1, 5):
        file.write_text("tips " * length)
        assert not watch.changed()
    assert watch.changed()


def test_missing_for_a_moment(file):
    """A file that is away and comes back as it was is no change; with other content it is one."""
    watch = watching(file)
    for content, expected in (("first", False), ("second", True)):
        file.unlink()
        assert not settled(watch)
        file.write_text(content)
        assert settled(watch) is expected


def test_missing_from_the_start(tmp_path):
    """A file that appears later is a change then."""
    path = tmp_path / "tips.yaml"
    watch = Watch(path)
    with pytest.raises(TipsError, match="not found"):
        watch.read()
    assert not settled(watch)
    path.write_text("first")
    assert settled(watch)
