"""Schedules that ran dry: no tip is left for the next slot, nor for a later one."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from bot.app.posting.by_hand.pauses import unheld
from bot.core.alerts.trouble import Trouble, TroubleKind
from bot.core.model.config import Config, Tip
from bot.core.model.schedule import Outcome, Schedule
from bot.core.ports.account_store import Pause
from bot.core.ports.platform import Timetable
from bot.core.ports.posting_store import SlotRecord
from bot.core.ports.unit_of_work import UnitOfWork
from bot.core.posting.rotation import suits
from bot.core.text.sanitize import one_line

RECENT = timedelta(days=7)
MOST = 100
"""How many slots of each outcome are looked at, the newest first."""


def dry_schedules(
    tx: UnitOfWork,
    timetable: Timetable,
    config: Config,
    pauses: Mapping[str, Pause],
    now: datetime,
) -> Iterator[Trouble]:
    """Each schedule that brings no post any more, although it has slots and is not paused.

    One that waits for tips which begin later is no trouble: the operator planned that.
    """
    empty = _newest(tx, Outcome.EMPTY)
    planned = _newest(tx, Outcome.PLANNED) if empty else {}
    for schedule in config.schedules:
        slot = next(unheld(tx, timetable, schedule, now, pauses), None)
        tips = _tips(config, schedule)
        if slot is None or any(tip.not_before and tip.not_before > now for tip in tips):
            continue
        last, good = empty.get(schedule.name), planned.get(schedule.name)
        if not any(tip.is_current(slot.due) for tip in tips):
            yield _dry(schedule, _why(schedule, tips))
        elif last and now - last.slot.due < RECENT and not _is_later(good, last):
            yield _dry(schedule, f"its last slot brought no post: {one_line(last.why)}")


def _newest(tx: UnitOfWork, outcome: Outcome) -> dict[str, SlotRecord]:
    """The newest slot of each schedule that ended in this way."""
    found: dict[str, SlotRecord] = {}
    for one in tx.slots.recent(MOST, outcome):
        found.setdefault(one.slot.schedule, one)
    return found


def _is_later(good: SlotRecord | None, last: SlotRecord) -> bool:
    return good is not None and good.slot.due > last.slot.due


def _tips(config: Config, schedule: Schedule) -> list[Tip]:
    reached = [one.name for one in config.accounts if schedule.goes_to(one.name)]
    return [tip for tip in config.library if suits(tip, schedule, reached)]


def _why(schedule: Schedule, tips: list[Tip]) -> str:
    tags = f" with a tag of {', '.join(schedule.tags)}" if schedule.tags else ""
    if not tips:
        return f"no tip{tags} may go to its accounts"
    return f"every tip{tags} has expired by its next slot"


def _dry(schedule: Schedule, what: str) -> Trouble:
    todo = "add a tip to it, give one a later `expires`, or remove the schedule"
    return Trouble(kind=TroubleKind.DRY, name=schedule.name, what=what, todo=todo)
