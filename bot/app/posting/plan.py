"""Plans slots as they come due: chooses a tip and its words before anything is sent."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from bot.app.posting.draft import Draft, Drafter, delivery_of, keep
from bot.app.posting.first_tip import EXTRA, extra_slot, starting_schedule
from bot.core.errors import PictureError
from bot.core.model.config import Config
from bot.core.model.schedule import Outcome, Schedule, Slot, newest_in_time
from bot.core.ports.platform import Timetable
from bot.core.ports.posting_store import SlotRecord
from bot.core.ports.unit_of_work import Store, UnitOfWork
from bot.core.posting.compose import Misfit
from bot.core.posting.rotation import Nothing, Pick, pick

log = structlog.get_logger()

A_MINUTE = timedelta(minutes=1)

OVER_QUOTA = "the bot's quota is"
"""With these words begins why a slot was skipped whose posts were too many for its day."""

MOST_MISSED = 1000
"""The most missed slots of a schedule that are recorded after a very long downtime."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """A tip for a slot and its drafts."""

    pick: Pick
    drafts: tuple[Draft, ...]
    misfits: tuple[Misfit, ...] = ()

    @property
    def why(self) -> str:
        """Why this tip, and on which accounts it cannot be posted."""
        left_out = [f"; not on {one.account.name}: {one.why}" for one in self.misfits]
        return "".join([self.pick.why, *left_out])


@dataclass(frozen=True, kw_only=True, slots=True)
class Planner:
    """Plans the slots of every schedule as they come due."""

    store: Store
    timetable: Timetable
    drafter: Drafter

    def step(self, config: Config, now: datetime) -> int:
        """Work every schedule through up to now; returns how many slots were planned."""
        return sum(self.work(config, schedule, now) for schedule in config.schedules)

    def work(
        self, config: Config, schedule: Schedule, now: datetime, seen: datetime | None = None
    ) -> bool:
        """Work one schedule through up to now; a new or edited rule begins when it was `seen`.

        That is now, unless an earlier step could not write it down.
        """
        with self.store.reading() as tx:
            since = tx.slots.cursor(schedule)
            due = self._due(tx, schedule, since, now) if since is not None else ()
        if since is None:
            since = min(seen or now, now)
            with self.store.writing() as tx:
                tx.slots.advance(schedule, since)
                due = self._due(tx, schedule, since, now)
        if since > now + A_MINUTE:
            due = self._set_back(schedule, now)
        newest, missed = newest_in_time(due, now, schedule.late)
        if newest is None:
            self._pass_over(schedule, missed, now)
            return False
        return self._plan(config, schedule, newest, missed, now)

    def now(self, config: Config, moment: datetime) -> bool:
        """Plan one extra slot for a tip on every account, once for good; whether it did.

        The tip is that of `at_start` where that would plan one, and else any.
        """
        slot = extra_slot(moment)
        with self.store.reading() as tx:
            if tx.slots.get(slot.schedule, slot.key) is not None:
                return False
            schedule = starting_schedule(tx, config, moment) or EXTRA
        return self._plan(config, schedule, slot, (), moment)

    def at_start(self, config: Config, moment: datetime) -> bool:
        """Plan the same slot if the site is the only account and is empty; whether it did."""
        with self.store.reading() as tx:
            schedule = starting_schedule(tx, config, moment)
        return schedule is not None and self._plan(config, schedule, extra_slot(moment), (), moment)

    def _due(
        self, tx: UnitOfWork, schedule: Schedule, since: datetime, now: datetime
    ) -> Sequence[Slot]:
        """What came due and has no outcome yet; of a very long downtime only the newest part."""
        due = deque(self.timetable.slots(schedule, since, now), maxlen=MOST_MISSED + 1)
        return [slot for slot in due if tx.slots.get(slot.schedule, slot.key) is None]

    def _set_back(self, schedule: Schedule, now: datetime) -> Sequence[Slot]:
        """The clock ran ahead and was put right: go on with what is still in time."""
        since = now - schedule.late
        with self.store.writing() as tx:
            tx.slots.rewind(schedule, since)
            due = self._due(tx, schedule, since, now)
        log.warning("clock_went_back", schedule=schedule.name)
        return due

    def _pass_over(self, schedule: Schedule, missed: Sequence[Slot], now: datetime) -> None:
        """Nothing to post: record what was missed, and move on."""
        if not missed:
            return
        with self.store.writing() as tx:
            _record_missed(tx, missed)
            tx.slots.advance(schedule, now)

    def _plan(
        self,
        config: Config,
        schedule: Schedule,
        slot: Slot,
        missed: Sequence[Slot],
        now: datetime,
    ) -> bool:
        """Choose outside the transaction, write inside; choose again if history has changed."""
        while True:
            with self.store.reading() as tx:
                turns = tx.slots.turns()
            choice = choose(config, schedule, slot, turns, self.drafter)
            contents = self._contents(choice)
            if contents is None:
                continue
            with self.store.writing() as tx:
                if tx.slots.turns() != turns:
                    continue
                keep(tx, contents)
                _record_missed(tx, missed)
                planned = _record(tx, config, schedule, slot, choice, now)
                tx.slots.advance(schedule, now)
            return planned

    def _contents(self, choice: Chosen | Nothing) -> Mapping[str, bytes] | None:
        """The chosen tip's picture; None: its file is another one now, so choose again.

        A file that cannot be read now is found to be wrong by then, and its tip passed over.
        """
        try:
            return self.drafter.contents(() if isinstance(choice, Nothing) else choice.drafts)
        except PictureError:
            return None


def choose(
    config: Config, schedule: Schedule, slot: Slot, turns: Sequence[str], drafter: Drafter
) -> Chosen | Nothing:
    """The tip for a slot with its drafts: the first in turn that fits somewhere."""
    without: frozenset[str] = frozenset()
    names = [account.name for account in config.accounts]
    while True:
        picked = pick(config.library, turns, slot, schedule, names, without)
        if isinstance(picked, Nothing):
            return picked
        targets = [
            account
            for account in config.accounts
            if schedule.goes_to(account.name) and picked.tip.goes_to(account.name)
        ]
        fitting, misfits = drafter.drafts(picked.tip, targets, config)
        for misfit in misfits:
            log.warning("tip_unfit", tip=misfit.tip.id, account=misfit.account.name, why=misfit.why)
        if any(one.account in targets for one in fitting):
            return Chosen(pick=picked, drafts=tuple(fitting), misfits=tuple(misfits))
        without |= {picked.tip.id}


def _record_missed(tx: UnitOfWork, missed: Sequence[Slot]) -> None:
    for slot in missed:
        why = "it was later than its schedule allows, or a newer slot took its place"
        if tx.slots.record(SlotRecord(slot=slot, outcome=Outcome.MISSED, tip=None, why=why)):
            log.warning("slot_missed", slot=slot.name)


def _record(
    tx: UnitOfWork,
    config: Config,
    schedule: Schedule,
    slot: Slot,
    choice: Chosen | Nothing,
    now: datetime,
) -> bool:
    """Write the slot's outcome and its deliveries; False where nothing was planned."""
    pause = tx.accounts.pauses(now).get(f"schedule:{schedule.name}")
    if pause is not None:
        record = SlotRecord(slot=slot, outcome=Outcome.SKIPPED, tip=None, why=pause.reason)
    elif isinstance(choice, Nothing):
        record = SlotRecord(slot=slot, outcome=Outcome.EMPTY, tip=None, why=choice.why)
    elif (over := _over_quota(tx, slot, len(choice.drafts))) is not None:
        record = SlotRecord(slot=slot, outcome=Outcome.SKIPPED, tip=None, why=over)
    else:
        tip = choice.pick.tip.id
        record = SlotRecord(slot=slot, outcome=Outcome.PLANNED, tip=tip, why=choice.why)
    if not tx.slots.record(record):
        return False
    event = f"slot_{record.outcome.value}"
    log.info(event, slot=slot.name, tip=record.tip, why=record.why)
    if record.outcome is not Outcome.PLANNED or isinstance(choice, Nothing):
        return False
    for one in choice.drafts:
        tx.ledger.plan(delivery_of(one, slot, slot.due + schedule.late, config, now))
    return True


def _over_quota(tx: UnitOfWork, slot: Slot, posts: int) -> str | None:
    """Why so many posts are too many for the day of the slot (UTC), or None."""
    most = tx.quotas().posts_per_day
    if most is None:
        return None
    day = slot.due.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if tx.ledger.number_due(day, day + timedelta(days=1)) + posts <= most:
        return None
    return f"{OVER_QUOTA} {most} posts a day"
