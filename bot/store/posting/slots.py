"""`core.ports.unit_of_work.Slots` over SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select, update

from bot.core.model.delivery import TURN_STATES
from bot.core.model.schedule import Outcome, Schedule, Slot
from bot.core.ports.posting_store import SlotRecord
from bot.store.rows import Part, columns, made
from bot.store.tables import deliveries, schedules, slots


class SqlSlots(Part):
    """The slots of one bot, in one transaction."""

    def cursor(self, schedule: Schedule) -> datetime | None:
        """The moment up to which the schedule was worked through with its present rule."""
        query = select(schedules.c.worked_until).where(self._is(schedules, name=schedule.name))
        return self._connection.scalar(query.where(schedules.c.rule == schedule.rule))

    def advance(self, schedule: Schedule, until: datetime) -> None:
        """Move the cursor forward, never back."""
        one = self._is(schedules, name=schedule.name)
        before = self._connection.scalar(select(schedules.c.worked_until).where(one))
        values = {"rule": schedule.rule, "worked_until": max(until, before or until)}
        if before is None:
            self._add(schedules, name=schedule.name, **values)
        else:
            self._change(update(schedules).where(one).values(values))

    def rewind(self, schedule: Schedule, to: datetime) -> None:
        """Move the cursor back, and open again the slots that were not really missed."""
        one = self._is(schedules, name=schedule.name)
        self._change(update(schedules).where(one).values(worked_until=to))
        self._change(
            delete(slots).where(
                self._is(slots, schedule=schedule.name),
                slots.c.due > to,
                slots.c.outcome.in_([Outcome.MISSED, Outcome.EMPTY]),
            )
        )

    def record(self, record: SlotRecord) -> bool:
        """Record an outcome once."""
        slot = record.slot
        if self.get(slot.schedule, slot.key) is not None:
            return False
        self._add(slots, name=slot.name, **columns(slot), **columns(record, "slot"))
        return True

    def reopen(self, slot: Slot) -> None:
        """Take back that a slot was skipped."""
        skipped = self._is(slots, schedule=slot.schedule, key=slot.key, outcome=Outcome.SKIPPED)
        self._change(delete(slots).where(skipped))

    def get(self, schedule: str, key: str) -> SlotRecord | None:
        """The record of a slot, or None."""
        return self._first(
            select(slots).where(self._is(slots, schedule=schedule, key=key)), _record
        )

    def turns(self) -> Sequence[str]:
        """Ids of the tips that had their turn, oldest first."""
        taken = (
            select(deliveries.c.id)
            .where(deliveries.c.bot == slots.c.bot, deliveries.c.slot == slots.c.name)
            .where(deliveries.c.state.in_(TURN_STATES))
            .exists()
        )
        query = select(slots.c.tip).where(self._is(slots), slots.c.tip.is_not(None), taken)
        return self._connection.scalars(query.order_by(slots.c.id)).all()

    def recent(self, limit: int, outcome: Outcome | None = None) -> Sequence[SlotRecord]:
        """The newest records, newest first."""
        query = select(slots).where(self._is(slots)).order_by(slots.c.id.desc()).limit(limit)
        if outcome is not None:
            query = query.where(slots.c.outcome == outcome)
        return self._all(query, _record)

    def last_due(self, now: datetime) -> SlotRecord | None:
        """The record of the slot that was due last."""
        is_due = (slots.c.due <= now) & (slots.c.outcome != Outcome.SKIPPED)
        query = select(slots).where(self._is(slots), is_due)
        return self._first(query.order_by(slots.c.due.desc()), _record)

    def counts(self) -> Mapping[Outcome, int]:
        """The number of slots by outcome."""
        query = select(slots.c.outcome, func.count()).where(self._is(slots))
        rows = self._connection.execute(query.group_by(slots.c.outcome))
        return {row.outcome: row[1] for row in rows}


def _record(row: Row[Any]) -> SlotRecord:
    return made(SlotRecord, row, slot=made(Slot, row))
