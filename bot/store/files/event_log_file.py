"""`core.discussion.event_log.Book` as files of JSON lines in the data directory.

`discussion.jsonl` is the newest; full, it becomes `discussion.jsonl.1`, and so on. Lines are
plain ASCII. No byte that was written ever moves: words that go are overwritten where they stand,
and so is what is left of a broken line, so that whoever follows a file by offset loses nothing.
"""

from __future__ import annotations

import json
import mmap
import os
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.core.errors import StoreError
from bot.core.ports.discussion_store import WORDS, Fields
from bot.regular_files import folder_to_disk, to_disk
from bot.store.files.data_files import make_file, refuse_irregular
from bot.store.files.process_lock import make_directory

NAME = "discussion.jsonl"

FULL = 10_000_000
"""Bytes after which a file is full."""

KEPT = 9
"""So many full files are kept beside the newest."""

_TEXT = rb'"((?:[^"\\]|\\.)*+)"'
"""A text in JSON. Nothing inside it looks like a field: its quotes have a backslash."""


class EventLogFile:
    """The book of one data directory, for whoever holds its lock."""

    def __init__(self, data: Path, *, full: int = FULL, kept: int = KEPT) -> None:
        self._path = data / NAME
        self._full = full
        self._kept = kept

    def newest(self) -> Iterator[Fields]:
        """The whole lines, the newest first; the end of the newest file is mended before."""
        with self._clear_errors():
            files = self._files()
            self._mend()
            for path in files:
                for line in reversed(path.read_bytes().splitlines()):
                    if (fields := _read(line)) is not None:
                        yield fields

    def append(self, lines: Sequence[Fields]) -> None:
        """Add lines to the newest file, and have them on the disk."""
        if not lines:
            return
        with self._clear_errors():
            make_directory(self._path.parent)
            for some in self._portions([_written(line) for line in lines]):
                self._write(some)

    def blank(self, places: Collection[Fields], words: Sequence[str] = WORDS) -> None:
        """Overwrite these fields in every line with one of these places, in all files."""
        wanted: dict[tuple[str, ...], set[bytes]] = {}
        for place in places:
            wanted.setdefault(tuple(place), set()).add(_written(place)[1:-2])
        with self._clear_errors():
            for names, written in wanted.items():
                for path in self._files():
                    _blank(path, _fields(names), written, _words(words))

    def _files(self) -> list[Path]:
        """The files that are there, the newest first. Raises OSError for what is no file."""
        found = [path for path in map(self._numbered, range(self._kept + 1)) if path.exists()]
        for path in found:
            refuse_irregular(path)
        return found

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{NAME}.{number}") if number else self._path

    def _portions(self, lines: Sequence[bytes]) -> Iterator[bytes]:
        """The lines in portions, each of which fits into the file that is the newest then."""
        portion, room = b"", self._full - _size(self._path)
        for line in lines:
            if len(portion) + len(line) > room:
                yield portion
                self._turn()
                portion, room = b"", self._full
            portion += line
        yield portion

    def _write(self, portion: bytes) -> None:
        is_new = not self._path.exists()
        make_file(self._path)
        with self._path.open("ab", buffering=0) as file:
            while portion:
                portion = portion[file.write(portion) :]
            os.fsync(file.fileno())
        if is_new:
            folder_to_disk(self._path.parent)

    def _turn(self) -> None:
        """Begin a new file; each older one moves up, and the oldest makes room where it must.

        After a kill a number is free, and only the files below it still have to move.
        """
        if not _size(self._path):
            return
        numbers = range(1, self._kept + 1)
        free = next((one for one in numbers if not self._numbered(one).exists()), None)
        if free is None:
            free = self._kept
            _shred(self._numbered(free))
        for number in range(free, 0, -1):
            self._numbered(number - 1).replace(self._numbered(number))
        folder_to_disk(self._path.parent)

    def _mend(self) -> None:
        """Overwrite what a line left that broke off, and end it."""
        if not self._path.exists():
            return
        with self._path.open("r+b") as file:
            content = file.read()
            whole = content.rfind(b"\n") + 1
            if whole < len(content):
                file.seek(whole)
                file.write(b" " * (len(content) - whole) + b"\n")
                to_disk(file)

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(
                f"{self._path} cannot be used: {error.strerror}",
                "free some space on its disk, or change its owner or mode; nothing was lost",
            ) from error


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _written(fields: Fields) -> bytes:
    """The line as ASCII, with every control character escaped, DEL too."""
    return json.dumps(fields).replace("\x7f", "\\u007f").encode("ascii") + b"\n"


def _read(line: bytes) -> Fields | None:
    """The fields of a line; None for what is none, such as a mended one."""
    try:
        fields = json.loads(line)
    except ValueError:
        return None
    return fields if isinstance(fields, dict) else None


def _words(names: Sequence[str]) -> re.Pattern[bytes]:
    """Any one of these fields, where it holds a text."""
    return re.compile(rb'"(?:%s)": %s' % ("|".join(names).encode(), _TEXT))


def _fields(names: Sequence[str]) -> re.Pattern[bytes]:
    """All of these fields, one after the other, whatever they hold."""
    held = rb"(?:%s|[^,\"}]++)(?=[,}])" % _TEXT
    return re.compile(rb", ".join(rb'"%s": %s' % (name.encode(), held) for name in names))


def _blank(
    path: Path, place: re.Pattern[bytes], wanted: Collection[bytes], words: re.Pattern[bytes]
) -> None:
    """Overwrite the words in the lines of a file whose place is one of those that are wanted."""
    if not _size(path):
        return
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as content:
        for found in place.finditer(content):
            if found[0] not in wanted:
                continue
            begin = content.rfind(b"\n", 0, found.start()) + 1
            for gone in words.finditer(content, begin, content.find(b"\n", begin)):
                content[gone.start(1) : gone.end(1)] = b" " * (gone.end(1) - gone.start(1))
        content.flush()


def _shred(path: Path) -> None:
    """Overwrite a file and remove it: what is deleted later could not be found there any more."""
    with path.open("r+b") as file:
        file.write(b" " * _size(path))
        to_disk(file)
    path.unlink()
