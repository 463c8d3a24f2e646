"""A folder of exported files. Unchanged files are not rewritten, for version control."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.core.errors import UsageError
from bot.regular_files import replacing


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportedFiles:
    """How many files were written, were unchanged, and were removed."""

    written: int
    same: int
    removed: int


def export_folder(
    folder: Path, names: Sequence[str], content: Callable[[str], str], mark: str
) -> ExportedFiles:
    """Write these files into the folder, and remove others of the bot, which begin with `mark`.

    Raises UsageError, and changes nothing, where a file that is not the bot's has one of the names.
    """
    with _clear_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            _refuse_foreign(folder / name, mark)
        written = sum(_update(folder / name, content(name)) for name in names)
        removed = sum(_remove(path, names, mark) for path in sorted(folder.glob("*.md")))
    return ExportedFiles(written=written, same=len(names) - written, removed=removed)


def write_file(path: Path, pieces: Iterable[str]) -> None:
    """Write a file piece by piece, and rename it into place when it is complete."""
    fresh = path.with_name(f".{path.name}.new")
    with _clear_errors(path):
        number = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
        with replacing(path, fresh, number, is_lasting=False) as file:
            file.writelines(piece.encode() for piece in pieces)


def _update(path: Path, text: str) -> bool:
    """Write the file unless it is unchanged; whether it did."""
    if path.exists() and path.read_bytes() == text.encode():
        return False
    write_file(path, [text])
    return True


def _remove(path: Path, names: Sequence[str], mark: str) -> bool:
    """Remove an old file of the bot; whether it did."""
    if path.name in names or not _is_ours(path, mark):
        return False
    path.unlink()
    return True


def _refuse_foreign(path: Path, mark: str) -> None:
    if path.exists() and not _is_ours(path, mark):
        raise UsageError(
            f"{path} was not made by tipsbot", "move it away, or export into another folder"
        )


def _is_ours(path: Path, mark: str) -> bool:
    return path.is_file() and path.read_bytes().startswith(mark.encode())


@contextmanager
def _clear_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{error.filename or path} cannot be written: {error.strerror}",
            "name another place with --to",
        ) from error
