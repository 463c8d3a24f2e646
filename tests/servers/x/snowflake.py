"""Snowflakes: ids that grow with time, milliseconds since X's epoch above 22 low bits."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
LOW_BITS = 22


def first_at(moment: datetime) -> int:
    """The lowest id that a post made at `moment` can have."""
    return (moment - EPOCH) // timedelta(milliseconds=1) << LOW_BITS


def moment_of(snowflake: int) -> datetime:
    """When the post with this id was made, to the millisecond."""
    return EPOCH + timedelta(milliseconds=snowflake >> LOW_BITS)


class Snowflakes:
    """Hands out ids that always increase, also while the clock stands still."""

    def __init__(self) -> None:
        self._last = 0

    def next(self, now: datetime) -> str:
        """The next id for something that is made `now`."""
        self._last = max(self._last + 1, first_at(now))
        return str(self._last)
