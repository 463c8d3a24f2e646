"""The mark on a data directory whose bot was moved to a fleet, so that it never runs at both."""

from pathlib import Path

from bot.core.errors import StoreError
from bot.store.files.data_files import clear_file_errors, replace_file

MARK = "moved-to-fleet"
_DONE = "moved"


def require_not_moved(data: Path) -> None:
    """Raise StoreError where the bot of this data directory was moved to a fleet."""
    with clear_file_errors(data / MARK):
        is_moved = (data / MARK).exists()
    if is_moved:
        raise StoreError(
            f"the bot of {data} was moved to a fleet, and must not run here as well",
            "set TIPSBOT_DATABASE_URL and add --bot, or get it back with `tipsbot fleet export`",
        )


def moved_as(data: Path) -> tuple[str, bool] | None:
    """The id under which its bot was moved, and whether that surely happened; None: it was not."""
    with clear_file_errors(data / MARK):
        lines = (data / MARK).read_text("utf-8").split() if (data / MARK).exists() else []
    return (lines[0], _DONE in lines[1:]) if lines else None


def mark_moved(data: Path, bot: str, *, is_done: bool) -> None:
    """Mark a data directory as moved, or as about to be."""
    lines = [bot, _DONE] if is_done else [bot]
    with clear_file_errors(data / MARK):
        replace_file(data / MARK, "".join(f"{line}\n" for line in lines).encode())


def unmark(data: Path) -> None:
    """Take the mark away: nothing was moved."""
    with clear_file_errors(data / MARK):
        (data / MARK).unlink(missing_ok=True)
