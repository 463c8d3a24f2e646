"""Reads the folders of the bots: `DIR/<bot>/tips.yaml`, without following symbolic links.

Whoever writes in one bot's folder must not reach the files of another, nor those of the machine.
"""

import errno
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.core.errors import Problem, UsageError
from bot.core.fleet.bot import TIPS_FILE
from bot.core.model.named_file import MOST_BYTES, path_parts
from bot.regular_files import NotRegularError, read_regular
from bot.tips_file.load import named_files
from bot.tips_file.locations import problem, refuse
from bot.tips_file.messages import escape
from bot.tips_file.values.parse_scalars import ID

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_TRIES = 3
"""How often a file is read that others write in meanwhile."""


class BotFolders:
    """`app.fleet.sync.Folders` over a directory; hidden folders and files are no bots."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        try:
            names = sorted(_candidates(directory))
        except OSError as error:
            raise UsageError(
                f"{escape(str(directory))}: {error.strerror}",
                "name the folder of the bots' folders",
            ) from None
        self._bots = [name for name in names if re.fullmatch(ID, name)]
        self._others = [name for name in names if not re.fullmatch(ID, name)]

    def bots(self) -> Sequence[str]:
        """The ids of the bots that have a folder, in order."""
        return self._bots

    def no_bots(self) -> Sequence[tuple[str, Problem]]:
        """Folders with a tips file whose names can be no id."""
        todo = "rename it: lower-case letters, digits, '-' and '_', at most 64, as a bot's id"
        return [
            (
                escape(name),
                problem(f"{name}/{TIPS_FILE}", "the folder's name is not a valid id", todo),
            )
            for name in self._others
            if os.path.lexists(self._directory / name / TIPS_FILE)
        ]

    def read(self, bot: str) -> Mapping[str, bytes]:
        """The tips file of a bot, and the files that it names. Raises TipsError.

        A picture that is not there is left out: that is a mistake of the tips file.
        """
        file = f"{bot}/{TIPS_FILE}"
        try:
            with _opened(self._directory / bot) as folder:
                found = {TIPS_FILE: read_in(folder, TIPS_FILE)}
                for name in named_files(found[TIPS_FILE]):
                    file = f"{bot}/{name}"
                    with suppress(FileNotFoundError):
                        found[name] = read_in(folder, name)
                return found
        except FileNotFoundError:
            raise refuse(file, "not found", "put the bot's tips file there") from None
        except OSError as error:
            raise refuse(file, *_why(error)) from None


def read_in(folder: int, name: str) -> bytes:
    """The bytes of a file below an open folder. Raises OSError, UsageError for its name.

    No part of its path is a symbolic link. It is read twice, in case somebody writes in it: its
    times may not tell, as they are no finer than a few milliseconds.
    """
    *between, last = path_parts(name)
    if between:
        with _opened(Path(between[0]), folder) as below:
            return read_in(below, "/".join([*between[1:], last]))
    for _ in range(_TRIES):
        data = read_regular(Path(last), MOST_BYTES, folder)
        if len(data) > MOST_BYTES:
            raise OSError(errno.EFBIG, f"larger than {MOST_BYTES >> 20} MiB")
        if read_regular(Path(last), MOST_BYTES, folder) == data:
            return data
    raise OSError(errno.EBUSY, "it is being written in")


def _candidates(directory: Path) -> Iterator[str]:
    """The names of folders, and of symbolic links: one that leads nowhere now may be a folder."""
    with os.scandir(directory) as found:
        for one in found:
            is_folder = one.is_symlink() or one.is_dir(follow_symlinks=False)
            if is_folder and not one.name.startswith("."):
                yield one.name


@contextmanager
def _opened(path: Path, within: int | None = None) -> Iterator[int]:
    """An open folder that is no symbolic link."""
    number = os.open(path, _FOLDER, dir_fd=within)
    try:
        yield number
    finally:
        os.close(number)


def _why(error: OSError) -> tuple[str, str]:
    """Why a folder or file cannot be read, and what to do."""
    match error.errno:
        case errno.ELOOP | errno.ENOTDIR:
            return "a symbolic link is in its path", "put the folder and the file itself there"
        case errno.EFBIG:
            return str(error.strerror), "split it, or put another file there"
        case errno.EBUSY:
            return "it changed while it was read", "run `tipsbot fleet sync` again"
    if isinstance(error, NotRegularError):
        return str(error.strerror), "put the bot's tips file there"
    return f"cannot be read: {error.strerror}", "check its permissions"
