"""Whether a worker and its fleet do their work, for monitoring."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from bot.core.errors import StoreError
from bot.core.fleet.figures import FleetFigures, QueueFigures
from bot.web import Health

STALLED = timedelta(minutes=1)
"""A worker that has not looked for due work for this long does not work."""


def health_of(read: Callable[[], FleetFigures], queues: Mapping[str, QueueFigures]) -> Health:
    """The health of the fleet as this worker sees it, and whether it looks for work itself."""
    stalled = sorted(name for name, queue in queues.items() if queue.lag > STALLED)
    try:
        fleet = read()
    except StoreError as error:
        return Health(ok=False, facts={"problem": str(error), "stalled": stalled})
    facts = {
        "late_seconds": round(fleet.late.total_seconds()),
        "due": fleet.due,
        "unsure": fleet.unsure,
        "overdue_tasks": fleet.overdue_tasks,
        "open_hosts": fleet.open_hosts,
        "stalled": stalled,
    }
    return Health(ok=not fleet.is_late and not stalled, facts=facts)
