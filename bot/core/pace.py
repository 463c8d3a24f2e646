"""When to look again at what may have changed: often at first, ever more rarely as it grows old."""

from __future__ import annotations

from datetime import datetime, timedelta

SOON = timedelta(minutes=1)
"""How long after its making, or its last stir, something is looked at for the first time."""
SHARE = 8
"""The wait for the next look is this part of the time since the last stir."""
LONGEST = timedelta(days=1)
"""The longest wait while it is looked at at all."""
QUIET = timedelta(days=90)
"""What has not stirred for so long is looked at no more."""


def next_look(
    now: datetime, made: datetime, stirred: datetime | None = None, *, dear: float = 1
) -> datetime | None:
    """When to look again at what was made and last stirred then; None: never again.

    `dear` stretches the waits where a look costs money: 5 makes each five times as long, up to
    the same longest one. A moment far ahead was set by a clock that is wrong: as a stir it does
    not count, and what was made then is looked at as rarely as can be.
    """
    ahead = now + LONGEST
    stirred = made if stirred is None or stirred > ahead else max(made, stirred)
    if stirred > ahead:
        return ahead
    quiet = max(now - stirred, timedelta(0))
    if quiet >= QUIET:
        return None
    return now + min(max(SOON, quiet / SHARE) * dear, LONGEST)
