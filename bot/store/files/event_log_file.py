"""`core.discussion.event_log.EventLog` as files of JSON lines in the data directory.

`discussion.jsonl` is the newest; when it is full, it becomes `discussion.jsonl.1`, and so on. Lines
are plain ASCII. No byte ever moves: erased words and the rest of a broken line are overwritten in
place, so that a program that follows a file by offset loses nothing.
"""

import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path

from bot.core.errors import StoreError
from bot.core.ports.discussion_store import WORDS, Fields
from bot.regular_files import folder_to_disk, to_disk
from bot.store.files.data_files import make_directory, make_file, refuse_irregular

NAME = "discussion.jsonl"

FULL = 10_000_000
"""Bytes after which a file is full."""

KEPT = 9
"""The number of full files that are kept beside the newest."""

_JSON = json.JSONDecoder()


def has_event_log(data: Path) -> bool:
    """Whether there is an event log in this directory."""
    return (data / NAME).exists()


class EventLogFile:
    """The event log of one data directory, for the process that holds its lock."""

    def __init__(self, data: Path, *, full: int = FULL, kept: int = KEPT) -> None:
        self._path = data / NAME
        self._full = full
        self._kept = kept

    def newest(self) -> Iterator[Fields]:
        """The complete lines, the newest first; the end of the newest file is repaired before."""
        with self._clear_errors():
            files = self._files()
            self._repair()
            for path in files:
                for line in reversed(path.read_bytes().splitlines()):
                    if fields := _read(line):
                        yield fields

    def append(self, lines: Sequence[Fields]) -> None:
        """Add lines to the newest file, and write them to the disk."""
        if not lines:
            return
        with self._clear_errors():
            make_directory(self._path.parent)
            for some in self._portions([_written(line) for line in lines]):
                self._write(some)

    def blank(self, places: Collection[Fields], words: Sequence[str] = WORDS) -> None:
        """Overwrite these fields in every line with one of these places, in all files."""
        wanted: dict[tuple[str, ...], set[str]] = {}
        for place in places:
            wanted.setdefault(tuple(place), set()).add(_values(place, place))
        with self._clear_errors():
            for path in self._files():
                _blank(path, wanted, words)

    def _files(self) -> list[Path]:
        """The existing files, the newest first. Raises OSError for one that is no regular file."""
        found = [path for path in map(self._numbered, range(self._kept + 1)) if path.exists()]
        for path in found:
            refuse_irregular(path)
        return found

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{NAME}.{number}") if number else self._path

    def _portions(self, lines: Sequence[bytes]) -> Iterator[bytes]:
        """The lines in portions, each of which fits into the newest file of that moment."""
        portion, room = b"", self._full - _size(self._path)
        for line in lines:
            if len(portion) + len(line) > room:
                yield portion
                self._rotate()
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

    def _rotate(self) -> None:
        """Begin a new file; each older one moves up, and the oldest of too many is deleted.

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

    def _repair(self) -> None:
        """Overwrite an incomplete last line, and end it."""
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
    """The fields of a line; none of a line that is not ours; None for a damaged one."""
    try:
        fields = json.loads(line.decode())
    except ValueError:
        return None
    return fields if isinstance(fields, dict) else {}


def _values(fields: Fields, names: Iterable[str]) -> str:
    """The values of these fields, in a form that can be compared."""
    return json.dumps([fields.get(name) for name in names])


def _blank(
    path: Path, wanted: Mapping[tuple[str, ...], Collection[str]], words: Collection[str]
) -> None:
    """Overwrite these words in the lines of a file whose fields have one of the wanted values."""
    with path.open("r+b") as file:
        at = 0
        for line in file.readlines():
            fields = _read(line)
            if fields and any(_values(fields, names) in wanted[names] for names in wanted):
                file.seek(at)
                file.write(_without(line.decode(), words).encode())
            elif fields is None and any(map(partial(_names, line), chain(*wanted.values()))):
                file.seek(at)
                file.write(b" " * len(line.rstrip(b"\n")))
            at += len(line)
        to_disk(file)


def _names(line: bytes, values: str) -> bool:
    """Whether a damaged line has all of these values, wherever they stand."""
    return all(json.dumps(one).encode() in line for one in json.loads(values))


def _without(line: str, words: Collection[str]) -> str:
    """The line with blanks in place of the texts of these fields, with the same length in bytes."""
    at = _skip(line, 0, "{")
    while at < len(line) and line[at] != "}":
        name, at = _JSON.raw_decode(line, at)
        start = _skip(line, at, ":")
        value, at = _JSON.raw_decode(line, start)
        if name in words and isinstance(value, str):
            blank = " " * (len(line[start:at].encode()) - 2)
            line, at = f'{line[:start]}"{blank}"{line[at:]}', start + len(blank) + 2
        at = _skip(line, at, ",")
    return line


def _skip(line: str, at: int, sign: str) -> int:
    """The position behind a sign and the blanks around it, of which none has to be there."""
    while at < len(line) and line[at] in f"{sign} \t\r\n":
        at += 1
    return at


def _shred(path: Path) -> None:
    """Overwrite a file and remove it: nobody can erase words from it later."""
    with path.open("r+b") as file:
        file.write(b" " * _size(path))
        to_disk(file)
    path.unlink()
