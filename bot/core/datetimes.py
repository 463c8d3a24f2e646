"""Moments: every datetime in the bot is aware, and UTC where it is stored."""

from datetime import UTC, datetime


def require_aware(*moments: datetime | None) -> None:
    """Raise ValueError for a datetime without a zone: it could mean any of forty moments."""
    for moment in moments:
        if moment is not None and moment.utcoffset() is None:
            raise ValueError(f"{moment!r} has no time zone")


def iso(moment: datetime) -> str:
    """The moment as ISO 8601 in UTC to the second, `2026-03-01T09:00:00Z`."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"
