"""Snowflake ids: milliseconds since X's epoch above 22 low bits, so they grow with time."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
LOW_BITS = 22


def first_at(moment: datetime) -> int:
    """The lowest id of a post that was created at `moment`."""
    return (moment - EPOCH) // timedelta(milliseconds=1) << LOW_BITS


def moment_of(snowflake: int) -> datetime:
    """When the post with an id was created, to the millisecond."""
    return EPOCH + timedelta(milliseconds=snowflake >> LOW_BITS)


class Snowflakes:
    """Returns ids that always increase, even while the clock stands."""

    def __init__(self) -> None:
        self._last = 0

    def next(self, now: datetime) -> str:
        """The next id for a post that is created `now`."""
        self._last = max(self._last + 1, first_at(now))
        return str(self._last)
