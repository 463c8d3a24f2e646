"""The first tip: whether it is posted at the start, and when one comes while there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from bot.app.posting.by_hand.pauses import unheld
from bot.core.model.config import Account, Config, Tip
from bot.core.model.delivery import State
from bot.core.model.schedule import At, Outcome, Schedule, Slot
from bot.core.ports.account_store import Pause
from bot.core.ports.platform import Timetable
from bot.core.ports.unit_of_work import Store, UnitOfWork
from bot.core.posting.rotation import Pick, pick, suits

EXTRA = Schedule(name="now", when=At(times=()), timezone="UTC", late=timedelta(days=1))
"""The schedule, without rule or filters, of the one extra slot of a data directory."""

EXTRA_KEY = "first"

MOST_SLOTS = 100
"""So many slots of a schedule are searched for one at which a tip is current."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstTip:
    """When the first tip comes, while none was ever planned."""

    #: whether the bot posts it as soon as it is started
    at_start: bool
    #: when a schedule brings it otherwise; None: no schedule does, or what would is paused
    due: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Awaited:
    """The next tip on the site, as far as it is known before it is posted."""

    #: whether no tip was ever planned
    is_first: bool
    #: whether it is being posted now
    on_its_way: bool
    #: when a schedule brings it; None: no schedule does, or what would is paused
    due: datetime | None


def first_tip(
    tx: UnitOfWork, timetable: Timetable, config: Config, now: datetime
) -> FirstTip | None:
    """When the first tip comes; None: one was planned before."""
    if not is_new(tx):
        return None
    found = [_next_due(tx, timetable, config, account, now) for account in config.accounts]
    due = min((one for one in found if one), default=None)
    return FirstTip(at_start=starting_schedule(tx, config, now) is not None, due=due)


def awaited(store: Store, timetable: Timetable, config: Config, now: datetime) -> Awaited:
    """The next tip on the site."""
    with store.reading() as tx:
        site = config.site
        return Awaited(
            is_first=is_new(tx),
            on_its_way=site is not None and _is_on_its_way(tx, site, now),
            due=_next_due(tx, timetable, config, site, now) if site else None,
        )


def is_new(tx: UnitOfWork) -> bool:
    """Whether no tip was ever planned here, and the extra slot was never used."""
    used = tx.slots.get(EXTRA.name, EXTRA_KEY)
    return used is None and not tx.slots.recent(1, Outcome.PLANNED)


def starting_schedule(tx: UnitOfWork, config: Config, now: datetime) -> Schedule | None:
    """The schedule by which the first tip is posted at the start; None: none is posted.

    One is posted where the site is the only account, so that the site is not empty: the first
    that some schedule may post there. Where the site or every schedule is paused, none is.
    """
    site = config.site
    if site is None or len(config.accounts) > 1 or not is_new(tx):
        return None
    pauses = tx.accounts.pauses(now)
    if _paused(pauses, site):
        return None
    free = [
        schedule
        for schedule in config.schedules
        if schedule.goes_to(site.name) and f"schedule:{schedule.name}" not in pauses
    ]
    if not free:
        return None
    all_tags = dict.fromkeys(tag for schedule in free for tag in schedule.tags)
    tags = tuple(all_tags) if all(schedule.tags for schedule in free) else ()
    schedule = replace(EXTRA, tags=tags)
    picked = pick(config.library, (), extra_slot(now), schedule, [site.name])
    return schedule if isinstance(picked, Pick) else None


def extra_slot(now: datetime) -> Slot:
    """The one extra slot of a data directory."""
    return Slot(schedule=EXTRA.name, key=EXTRA_KEY, due=now)


def _is_on_its_way(tx: UnitOfWork, site: Account, now: datetime) -> bool:
    waiting = tx.ledger.recent(1, {State.PLANNED, State.SENDING}, site.name)
    return bool(waiting) and _paused(tx.accounts.pauses(now), site) is None


def _next_due(
    tx: UnitOfWork, timetable: Timetable, config: Config, account: Account, now: datetime
) -> datetime | None:
    """When a schedule next brings a tip to an account."""
    pauses = tx.accounts.pauses(now)
    pause = _paused(pauses, account)
    if pause is not None and pause.until is None:
        return None
    begin = max(now, pause.until) if pause is not None and pause.until else now
    found: list[Slot] = []
    for schedule in config.schedules:
        reached = [account.name] if schedule.goes_to(account.name) else []
        tips = [tip for tip in config.library if suits(tip, schedule, reached)]
        after = _first(tips, begin)
        if after is not None:
            slots = islice(unheld(tx, timetable, schedule, after, pauses), MOST_SLOTS)
            fitting = (one for one in slots if any(tip.is_current(one.due) for tip in tips))
            found += islice(fitting, 1)
    return min((slot.due for slot in found), default=None)


def _first(tips: Sequence[Tip], begin: datetime) -> datetime | None:
    """After which moment the first of these tips may be posted; None where there is none."""
    starts = [tip.not_before or begin for tip in tips]
    return max(begin, min(starts) - timedelta.resolution) if starts else None


def _paused(pauses: Mapping[str, Pause], account: Account) -> Pause | None:
    return pauses.get(f"account:{account.name}")
