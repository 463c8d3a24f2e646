"""The files that a tips file names: only below its own folder."""

from bot.core.errors import UsageError

MOST_BYTES = 16 * 1024 * 1024
"""The size of the largest file of a bot."""


def path_parts(name: str) -> tuple[str, ...]:
    """The folders of a name such as `images/cat.png`, and the file itself.

    Raises UsageError for a name that leads out of the folder, or that not every system has.
    """
    parts = tuple(name.split("/"))
    if not all(map(_is_plain, parts)):
        raise UsageError(
            f"{name!r} is no file below the folder of the tips file", "name it like images/cat.png"
        )
    return parts


def _is_plain(part: str) -> bool:
    """Whether this is the plain name of one file or folder."""
    is_hidden = part.startswith(".")
    return bool(part) and not is_hidden and "\\" not in part and part.isprintable()
