"""Pauses and resumes schedules and accounts, and skips slots, for the operator."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from bot.core.errors import UsageError
from bot.core.model.config import Config
from bot.core.model.schedule import LAST, Outcome, Schedule, Slot
from bot.core.ports.account_store import Pause
from bot.core.ports.platform import Timetable
from bot.core.ports.posting_store import SlotRecord
from bot.core.ports.unit_of_work import Store, UnitOfWork
from bot.core.text.suggest import account_hint, did_you_mean

_SKIPPED = "skipped by the operator"
MOST_SKIPPED = 1000
"""More slots than anybody skips by hand; a bound for a schedule that was paused for years."""


def pause(tx: UnitOfWork, config: Config, name: str, until: datetime | None, now: datetime) -> str:
    """Pause a schedule or an account; returns its full name, such as `schedule:NAME`."""
    full = full_name(config, name)
    if until is not None and until <= now:
        raise UsageError("a pause ends in the future", "give a later time")
    tx.accounts.pause(Pause(name=full, reason="paused by the operator", since=now, until=until))
    return full


def resume(tx: UnitOfWork, config: Config, name: str) -> str:
    """End a pause; what came due meanwhile follows its lateness rule."""
    full = full_name(config, name)
    if not tx.accounts.resume(full):
        raise UsageError(f"{full} is not paused")
    return full


def skip(
    store: Store, timetable: Timetable, config: Config, name: str | None, now: datetime
) -> Slot:
    """Skip the next slot of a schedule (none named: of all)."""
    chosen = config.schedules if name is None else [_schedule(config, name)]
    while True:
        with store.reading() as tx:  # the timetable may take a while
            coming = [slot for one in chosen for slot in _next(tx, timetable, one, now)]
        if not coming:
            raise UsageError("there is no slot to skip")
        slot = min(coming, key=lambda one: one.due)
        skipped = SlotRecord(slot=slot, outcome=Outcome.SKIPPED, tip=None, why=_SKIPPED)
        with store.writing() as tx:
            if tx.slots.record(skipped):
                return slot


def unskip(tx: UnitOfWork, config: Config, name: str | None, now: datetime) -> Slot:
    """Restore the slot that was skipped last, if it is still to come.

    Of a schedule, or (none named) of all. Raises UsageError where none was skipped.
    """
    chosen = None if name is None else _schedule(config, name).name
    coming = [
        one.slot
        for one in tx.slots.recent(MOST_SKIPPED, Outcome.SKIPPED)
        if one.why == _SKIPPED and one.slot.due > now
        if chosen in {None, one.slot.schedule}
    ]
    if not coming:
        raise UsageError(
            "no slot that is still to come was skipped", "`tipsbot status` shows the next"
        )
    tx.slots.reopen(coming[0])
    return coming[0]


def upcoming(
    tx: UnitOfWork, timetable: Timetable, schedule: Schedule, now: datetime
) -> Iterator[Slot]:
    """The schedule's slots after now that were not skipped, in order."""
    for slot in timetable.slots(schedule, now, LAST):
        if tx.slots.get(slot.schedule, slot.key) is None:
            yield slot


def unheld(
    tx: UnitOfWork,
    timetable: Timetable,
    schedule: Schedule,
    now: datetime,
    pauses: Mapping[str, Pause],
) -> Iterator[Slot]:
    """The same as far as a pause lets them through: all, or those from its end on, if it has one.

    Slots during the pause, which can last years, are not computed.
    """
    pause = held(pauses, schedule)
    if pause is None:
        return upcoming(tx, timetable, schedule, now)
    if pause.until is None:
        return iter(())
    return upcoming(tx, timetable, schedule, max(now, pause.until - timedelta.resolution))


def held(pauses: Mapping[str, Pause], schedule: Schedule) -> Pause | None:
    """The pause of a schedule, if there is one."""
    return pauses.get(f"schedule:{schedule.name}")


def full_name(config: Config, name: str) -> str:
    """What an operator's short name stands for. Raises UsageError where none or two things do."""
    every = [f"schedule:{schedule.name}" for schedule in config.schedules]
    every += [f"account:{account.name}" for account in config.accounts]
    found = [full for full in every if name in (full, full.split(":", 1)[1])]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{name!r} may be {' or '.join(found)}", "write one of these")
    hint = account_hint(name, [full.split(":", 1)[1] for full in every])
    raise UsageError(
        f"there is no schedule or account {name!r}", hint or f"there are: {', '.join(every)}"
    )


def _schedule(config: Config, name: str) -> Schedule:
    schedule = config.schedule(name.removeprefix("schedule:"))
    if schedule is None:
        names = [known.name for known in config.schedules]
        known = f"there are: {', '.join(names)}" if names else "the file has none"
        raise UsageError(f"there is no schedule {name!r}", did_you_mean(name, names) or known)
    return schedule


def _next(tx: UnitOfWork, timetable: Timetable, schedule: Schedule, now: datetime) -> list[Slot]:
    slot = next(upcoming(tx, timetable, schedule, now), None)
    return [] if slot is None else [slot]
