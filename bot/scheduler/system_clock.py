"""The clock of this machine."""

from datetime import UTC, datetime, timedelta

from bot.core.ports.platform import Clock


class SystemClock:
    """Implements `core.ports.platform.Clock` with the time of this machine."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)


def ahead_of_this_machine(clock: Clock) -> timedelta:
    """How far a clock is ahead of this machine's."""
    if isinstance(clock, SystemClock):
        return timedelta()
    moment = clock.now()  # read first: a slot is then called for a little late, and never early
    return moment - datetime.now(UTC)
