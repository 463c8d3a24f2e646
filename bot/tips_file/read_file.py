"""From a path to its text: bounded, UTF-8, free of control characters."""

from __future__ import annotations

import re
from pathlib import Path

from bot.core.errors import Problem, TipsError
from bot.regular_files import NotRegularError, read_regular
from bot.tips_file.messages import escape
from bot.tips_file.yaml.yaml_tree import Place

MAX_BYTES = 16 * 1024 * 1024
"""Fifty thousand long tips; beyond that it is the wrong file."""

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What no tip needs: control characters, and line separators by which lines are counted wrongly."""


def refuse(file: str, what: str, todo: str, place: Place = (0, 0)) -> TipsError:
    """The error for a file that cannot be used at all."""
    line, column = place
    return TipsError((Problem(file=file, line=line, column=column, what=what, todo=todo),))


def read_bytes(path: Path) -> bytes:
    """The file's bytes. Raises TipsError where there is no such file or it is none of ours."""
    name = escape(str(path))
    try:
        data = read_regular(path, MAX_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        todo = "run `tipsbot init` to make one, or name yours with --file"
        raise refuse(name, "not found", todo) from None
    except (NotRegularError, IsADirectoryError) as error:
        raise refuse(name, f"{error.strerror}", "name the file that holds your tips") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not valid"
        raise refuse(name, f"cannot be read: {reason}", "check its permissions") from None
    if len(data) > MAX_BYTES:
        raise refuse(name, f"larger than {MAX_BYTES >> 20} MiB", "split it, or name another file")
    return data


def text_of(data: bytes, file: str) -> str:
    """The bytes as text. Raises TipsError with the place of what is not UTF-8 or not text."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig")
        todo = "save the file in the encoding UTF-8"
        raise refuse(file, "this is not UTF-8 text", todo, _end_of(before)) from None
    if found := CONTROL.search(text):
        what = f"there is a control character here (U+{ord(found[0]):04X})"
        raise refuse(file, what, "delete it", _end_of(text[: found.start()]))
    return text


def _end_of(text: str) -> Place:
    """The place right after the text, counting lines as YAML does."""
    lines = re.split("\r\n|\r|\n", text)
    return len(lines), len(lines[-1]) + 1
