"""`core.ports.unit_of_work.Slots` over SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update

from bot.core.model.delivery import TURN_STATES
from bot.core.model.schedule import Outcome, Schedule, Slot
from bot.core.ports.posting_store import SlotRecord
from bot.store.discussion.entry_rows import Part, columns, made
from bot.store.tables import deliveries, schedules, slots


class SqlSlots(Part):
    """The slots of one bot, in one transaction."""

    def cursor(self, schedule: Schedule) -> datetime | None:
        """Up to when the schedule, with the rule that it has now, was worked through."""
        query = select(schedules.c.worked_until).where(self._is(schedule))
        return self._connection.scalar(query.where(schedules.c.rule == schedule.rule))

    def advance(self, schedule: Schedule, until: datetime) -> None:
        """Move the cursor forward, never back."""
        query = select(schedules.c.worked_until).where(self._is(schedule))
        before = self._connection.scalar(query)
        values = {"rule": schedule.rule, "worked_until": max(until, before or until)}
        if before is None:
            row = {"bot": self._bot, "name": schedule.name, **values}
            self._connection.execute(insert(schedules).values(row))
        else:
            self._connection.execute(update(schedules).where(self._is(schedule)).values(values))

    def rewind(self, schedule: Schedule, to: datetime) -> None:
        """Move the cursor back, and open again what was never really missed."""
        self._connection.execute(
            update(schedules).where(self._is(schedule)).values(worked_until=to)
        )
        self._connection.execute(
            delete(slots).where(
                slots.c.bot == self._bot,
                slots.c.schedule == schedule.name,
                slots.c.due > to,
                slots.c.outcome.in_([Outcome.MISSED, Outcome.EMPTY]),
            )
        )

    def _is(self, schedule: Schedule) -> ColumnElement[bool]:
        return (schedules.c.bot == self._bot) & (schedules.c.name == schedule.name)

    def record(self, record: SlotRecord) -> bool:
        """Record an outcome once."""
        if self.get(record.slot.schedule, record.slot.key) is not None:
            return False
        self._connection.execute(
            insert(slots).values(
                bot=self._bot,
                name=record.slot.name,
                **columns(record.slot),
                **columns(record, "slot"),
            )
        )
        return True

    def reopen(self, slot: Slot) -> None:
        """Take back that a slot was skipped."""
        self._connection.execute(
            delete(slots).where(
                slots.c.bot == self._bot,
                slots.c.schedule == slot.schedule,
                slots.c.key == slot.key,
                slots.c.outcome == Outcome.SKIPPED,
            )
        )

    def get(self, schedule: str, key: str) -> SlotRecord | None:
        """The record of a slot, or None."""
        found = (slots.c.bot == self._bot) & (slots.c.schedule == schedule) & (slots.c.key == key)
        row = self._connection.execute(select(slots).where(found)).first()
        return None if row is None else _record(row)

    def turns(self) -> Sequence[str]:
        """Ids of the tips that had their turn, oldest first."""
        taken = (
            select(deliveries.c.id)
            .where(deliveries.c.bot == slots.c.bot, deliveries.c.slot == slots.c.name)
            .where(deliveries.c.state.in_(TURN_STATES))
            .exists()
        )
        query = select(slots.c.tip).where(slots.c.bot == self._bot, slots.c.tip.is_not(None), taken)
        return self._connection.scalars(query.order_by(slots.c.id)).all()

    def recent(self, limit: int, outcome: Outcome | None = None) -> Sequence[SlotRecord]:
        """The newest records, newest first."""
        query = select(slots).where(slots.c.bot == self._bot)
        if outcome is not None:
            query = query.where(slots.c.outcome == outcome)
        rows = self._connection.execute(query.order_by(slots.c.id.desc()).limit(limit))
        return [_record(row) for row in rows]

    def last_due(self, now: datetime) -> SlotRecord | None:
        """The record of the slot that was due last."""
        query = select(slots).where(
            slots.c.bot == self._bot,
            slots.c.due <= now,
            slots.c.outcome != Outcome.SKIPPED,
        )
        row = self._connection.execute(query.order_by(slots.c.due.desc()).limit(1)).first()
        return None if row is None else _record(row)

    def counts(self) -> Mapping[Outcome, int]:
        """How many slots ended in which way."""
        query = (
            select(slots.c.outcome, func.count())
            .where(slots.c.bot == self._bot)
            .group_by(slots.c.outcome)
        )
        return {row.outcome: row[1] for row in self._connection.execute(query)}


def _record(row: Row[Any]) -> SlotRecord:
    return made(SlotRecord, row, slot=made(Slot, row))
