"""The status of the bot, for the operator and for monitoring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from bot.app import notes
from bot.app.alerts.stored_state import ALERTS
from bot.app.discussion.listen import LISTENING_MAY_FAIL, listening_fails_since
from bot.app.moderation.visibility import held_comments
from bot.app.posting.by_hand.pauses import unheld
from bot.app.posting.first_tip import FirstTip, first_tip
from bot.app.tips.validate import unreviewed
from bot.core.discussion.acknowledgement_policy import MOST_A_DAY
from bot.core.model.capabilities import TextLimit
from bot.core.model.config import Account, AcknowledgementStyle, Config
from bot.core.model.delivery import UNSETTLED, Delivery, State
from bot.core.model.entry import Entry
from bot.core.model.schedule import Outcome, Slot
from bot.core.ports.account_store import Pause
from bot.core.ports.platform import Timetable
from bot.core.ports.posting_store import SlotRecord
from bot.core.ports.unit_of_work import Store, UnitOfWork
from bot.core.posting.transitions import needs_person

RECENT = timedelta(days=7)

MOST = 1000
"""More deliveries than ever wait, or fail within a week; a bound for a broken database."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountStatus:
    """The status of one account. Amounts are US dollars of this month."""

    name: str
    kind: str
    last_post: Delivery | None
    heard_at: datetime | None
    trouble: str | None
    unheard: tuple[str, ...]
    pause: Pause | None
    spent: Decimal
    budget: Decimal | None
    #: the part of `spent` for reading
    listened: Decimal = Decimal(0)
    listening_budget: Decimal | None = None
    #: the network's own limit, as it was learned last
    limit: TextLimit | None = None
    learned_at: datetime | None = None
    not_acknowledging: str | None = None
    #: replies that wait for the account's approval on its network, and are not kept before
    to_approve: int = 0
    #: since when listening has failed for a reason that may last
    listening_fails_since: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """The slot that was due last, and what became of it on each account."""

    record: SlotRecord
    deliveries: tuple[Delivery, ...]

    @property
    def is_posted(self) -> bool:
        """Whether a tip was posted wherever it was to be; taking it back changes nothing."""
        done = {State.POSTED, State.RETRACTED}
        return bool(self.deliveries) and all(one.state in done for one in self.deliveries)


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """The status of everything. `held` are the comments that wait for the operator."""

    at: datetime
    file_trouble: str | None
    accounts: tuple[AccountStatus, ...]
    waiting: tuple[Delivery, ...]
    failed: tuple[Delivery, ...]
    passed_over: tuple[SlotRecord, ...]
    pauses: tuple[Pause, ...]
    coming: tuple[Slot, ...]
    expected: Expected | None = None
    held: tuple[Entry, ...] = ()
    #: how many entries came since the operator read the log on a terminal
    new_entries: int = 0
    #: the tip that each of the `coming` slots will bring, by schedule and time, as far as is known
    tips: Mapping[tuple[str, datetime], str] = field(default_factory=dict)
    #: what fails in the running bot just now
    failing: tuple[str, ...] = ()
    #: when the first tip comes; None: one was planned before
    first: FirstTip | None = None
    #: how many tips have no summary of the operator's, so that nobody has looked at their posts
    unreviewed: int = 0
    #: whether the operator is alerted when a person is needed
    has_alerts: bool = False
    #: why the last alert did not arrive
    alerts_problem: str | None = None

    @property
    def needs_person(self) -> bool:
        """Whether the operator has to act; held comments may wait."""
        unsure = any(needs_person(one, self.at) for one in self.waiting)
        refused = any(one.state is State.REFUSED for one in self.failed)
        held = any(one.pause and not one.pause.by_operator for one in self.accounts)
        deaf = any(
            one.listening_fails_since and self.at - one.listening_fails_since >= LISTENING_MAY_FAIL
            for one in self.accounts
        )
        return bool(self.file_trouble) or unsure or refused or held or deaf

    @property
    def held_since(self) -> datetime | None:
        """When the comment was written that waits longest for the operator; None: none waits."""
        return min((one.at for one in self.held), default=None)


def status(store: Store, timetable: Timetable, config: Config, now: datetime) -> Status:
    """The status now, with what went wrong within a week."""
    with store.reading() as tx:
        pauses = tx.accounts.pauses(now)
        failed = tx.ledger.recent(MOST, {State.REFUSED, State.MISSED})
        passed = [*tx.slots.recent(MOST, Outcome.MISSED), *tx.slots.recent(MOST, Outcome.EMPTY)]
        return Status(
            at=now,
            file_trouble=notes.FILE_TROUBLE.read(tx),
            new_entries=sum(tx.log.kinds(notes.LOG_READ.read(tx) or 0).values()),
            failing=tuple(notes.FAILING_STEPS.read(tx) or ()),
            accounts=tuple(
                _account(tx, account, pauses.get(f"account:{account.name}"), now)
                for account in config.accounts
            ),
            waiting=_waiting(tx, now),
            failed=tuple(one for one in failed if one.due > now - RECENT),
            passed_over=tuple(
                sorted(
                    (one for one in passed if one.slot.due > now - RECENT),
                    key=lambda one: one.slot.due,
                    reverse=True,
                )
            ),
            pauses=tuple(pauses.values()),
            coming=tuple(_coming(tx, timetable, config, now)),
            expected=_expected(tx, now),
            held=tuple(held_comments(tx, config)),
            first=first_tip(tx, timetable, config, now),
            unreviewed=len(unreviewed(config, now)),
            has_alerts=config.alerts is not None,
            alerts_problem=_alerts_problem(tx, config),
        )


def _alerts_problem(tx: UnitOfWork, config: Config) -> str | None:
    state = ALERTS.read(tx) if config.alerts is not None else None
    return state.problem if state is not None else None


def _waiting(tx: UnitOfWork, now: datetime) -> tuple[Delivery, ...]:
    """The unsettled deliveries, newest first; before them those that need the operator."""
    waiting = tx.ledger.recent(MOST, UNSETTLED)
    return tuple(sorted(waiting, key=lambda one: not needs_person(one, now)))


def _expected(tx: UnitOfWork, now: datetime) -> Expected | None:
    record = tx.slots.last_due(now)
    if record is None:
        return None
    return Expected(record=record, deliveries=tuple(tx.ledger.of_slot(record.slot.name)))


def _account(tx: UnitOfWork, account: Account, pause: Pause | None, now: datetime) -> AccountStatus:
    record = tx.accounts.get(account.name)
    thanks = MOST_A_DAY if account.acknowledge is AcknowledgementStyle.THANK else 0
    recent = tx.ledger.recent(20 + thanks, {State.POSTED}, account.name)
    posted = [one for one in recent if one.post.in_reply_to is None]
    return AccountStatus(
        name=account.name,
        kind=account.kind,
        last_post=posted[0] if posted else None,
        heard_at=record.heard_at,
        trouble=record.trouble,
        unheard=record.unheard,
        pause=pause,
        spent=tx.accounts.spent(account.name, now),
        budget=account.monthly_budget,
        listened=tx.accounts.listened(account.name, now),
        listening_budget=account.listening_budget,
        limit=record.traits.text if record.traits else None,
        learned_at=record.learned_at,
        not_acknowledging=notes.NOT_ACKNOWLEDGING.read(tx, account.name),
        to_approve=notes.REPLIES_TO_APPROVE.read(tx, account.name) or 0,
        listening_fails_since=listening_fails_since(tx, account.name),
    )


def _coming(tx: UnitOfWork, timetable: Timetable, config: Config, now: datetime) -> Sequence[Slot]:
    """The next slot of each schedule, in order."""
    pauses = tx.accounts.pauses(now)
    firsts = [
        next(unheld(tx, timetable, schedule, now, pauses), None) for schedule in config.schedules
    ]
    return sorted((slot for slot in firsts if slot), key=lambda slot: slot.due)
