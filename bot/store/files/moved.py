"""The mark on a data directory whose bot was moved to a fleet, so that it never runs at both."""

from pathlib import Path

from bot.core.errors import StoreError
from bot.store.files.data_files import clear_file_errors, replace_file

MARK = "moved-to-fleet"


def require_not_moved(data: Path) -> None:
    """Raise StoreError where the bot of this data directory was moved to a fleet."""
    with clear_file_errors(data / MARK):
        is_moved = (data / MARK).exists()
    if is_moved:
        raise StoreError(
            f"the bot of {data} was moved to a fleet, and must not run here as well",
            "set TIPSBOT_DATABASE_URL and add --bot, or get it back with `tipsbot fleet export`",
        )


def moved_as(data: Path) -> str | None:
    """The id under which its bot was moved, or was about to be; None: it was not."""
    with clear_file_errors(data / MARK):
        return (data / MARK).read_text("utf-8").strip() if (data / MARK).exists() else None


def mark_moved(data: Path, bot: str) -> None:
    """Mark a data directory as moved."""
    with clear_file_errors(data / MARK):
        replace_file(data / MARK, f"{bot}\n".encode())


def unmark(data: Path) -> None:
    """Take the mark away: nothing was moved."""
    with clear_file_errors(data / MARK):
        (data / MARK).unlink(missing_ok=True)
