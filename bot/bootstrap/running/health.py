"""The answer of `/healthz`: whether the scheduler runs, and whether anything is stuck."""

from collections.abc import Collection
from datetime import datetime, timedelta

from bot.app.status.status import Expected, Status
from bot.core.datetimes import iso
from bot.core.model.delivery import Delivery, State
from bot.web import Health

PULSE_LOST = timedelta(seconds=90)
"""A scheduler whose last pulse is older counts as dead."""


def health_of(standing: Status, bot: str, pulse: datetime, failing: Collection[str]) -> Health:
    """The health of a bot, from its scheduler's last `pulse` and the jobs that are `failing`."""
    alive = standing.at - pulse < PULSE_LOST
    stuck = [one for one in standing.waiting if _is_stuck(one, standing.at)]
    last = _last_post(standing)
    return Health(
        ok=alive and not stuck and not failing,
        facts={
            "failing": len(failing),
            "bot": bot,
            "clock": "ticking" if alive else "standing still",
            "waiting": len(standing.waiting),
            "stuck": len(stuck),
            "last_post": iso(last) if last else None,
            "expected": None if standing.expected is None else _expected(standing.expected),
            "heard_until": {
                one.name: iso(one.heard_at) for one in standing.accounts if one.heard_at
            },
            "tips_file": "kept the last good one" if standing.file_trouble else "good",
        },
    )


def _last_post(standing: Status) -> datetime | None:
    """When the bot posted last on any account."""
    posts = [one.last_post for one in standing.accounts if one.last_post is not None]
    return max((one.receipt.at for one in posts if one.receipt), default=None)


def _expected(last: Expected) -> dict[str, object]:
    """The slot that was due last, whether its tip was posted, and on which accounts."""
    record = last.record
    return {
        "slot": record.slot.name,
        "due": iso(record.slot.due),
        "outcome": record.outcome.value,
        "posted": last.is_posted,
        "accounts": {one.account: one.state.value for one in last.deliveries},
    }


def _is_stuck(one: Delivery, now: datetime) -> bool:
    """Whether the bot should have finished it by now; an unsure post waits for a person."""
    return one.state is not State.UNSURE and one.deadline + PULSE_LOST < now
