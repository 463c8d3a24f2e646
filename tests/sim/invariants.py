"""The invariants of posting, checked after every step against the models of the networks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from twitter_text import parse_tweet

from bot.core.model.delivery import Delivery, State
from bot.core.posting.transitions import ASKS
from tests.sim.bluesky import SimulatedBluesky
from tests.sim.bot_database import BotDatabase
from tests.sim.faults import RequestFault, Server, ServerFault
from tests.sim.timeline import Timeline
from tests.sim.x import SimulatedX

LOOKS = {
    "x": (2, timedelta(minutes=3)),
    "mastodon": (2, timedelta(minutes=1)),
    "bluesky": (1, timedelta(0)),
    "threads": (2, timedelta(minutes=2)),
}
"""The number and distance of searches without a result after which a post may be sent again."""
ABSENCE_IS_BELIEVED = {"bluesky", "threads"}
"""Where a post that its owner deletes before the bot has found it counts as never sent."""
RESENDS = 3
KEY_RELIED_UPON = timedelta(minutes=55)
GAP = timedelta(minutes=10)
LONGEST = 140
BEGINNING, END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
AFTER_CLOCK_CHANGE = timedelta(hours=3)
"""How long after a change of the clock lateness and gaps are not checked."""


class InvariantError(BaseException):
    """An invariant does not hold."""


@dataclass(kw_only=True)
class Sending:
    """One request to create a post."""

    at: datetime
    attempt: int
    request_fault: RequestFault | None
    post_id: str | None = None
    pending: bool = False


@dataclass(kw_only=True)
class PostHistory:
    """Everything that happened for one slot on one account, over all restarts of the bot."""

    slot: str
    account: str
    server_fault: ServerFault | None = None
    post_ids: list[str] = field(default_factory=list)
    sendings: list[Sending] = field(default_factory=list)
    forgotten: bool = False
    """an older database was restored since the last sending"""

    @property
    def attempt(self) -> int:
        """The attempt of the newest sending."""
        return self.sendings[-1].attempt if self.sendings else 0

    def of(self, attempt: int) -> list[Sending]:
        """The sendings of this attempt: more than one only if a process was frozen."""
        return [one for one in self.sendings if one.attempt == attempt]

    def between(self, looks: list[datetime], attempt: int) -> list[datetime]:
        """The searches between this attempt's sending and the next one's."""
        before = [one.at for one in self.sendings if one.attempt <= attempt]
        after = [one.at for one in self.sendings if one.attempt > attempt]
        begin, end = before[-1:] or [BEGINNING], after[:1] or [END]
        return [at for at in looks if begin[0] <= at <= end[0]]

    by_hand: bool = False
    """the owner sent it: the gap and the rules of absence do not apply"""

    @property
    def is_pending(self) -> bool:
        """Whether a request is still under way."""
        return any(one.pending for one in self.sendings)

    @property
    def may_exist(self) -> bool:
        """Whether a post exists, or still may come to exist."""
        return bool(self.post_ids) or self.is_pending


@dataclass(frozen=True, kw_only=True)
class DeliveryRow:
    """A delivery as stored, with the transition that led there."""

    event: int
    at: datetime
    delivery: int
    before: str | None
    after: str
    attempt: int
    slot: str
    account: str
    text: str
    remote_id: str | None
    deadline: datetime
    first_sent: datetime | None
    resends: int
    key: str


@dataclass
class PostingInvariants:
    """Keeps the history of every post, and compares the bot's database with it."""

    servers: Mapping[str, Server]
    time: Timeline
    database: BotDatabase
    histories: dict[tuple[str, str], PostHistory] = field(default_factory=dict)
    logged: set[tuple[str, str, str, int]] = field(default_factory=set)
    clock_set_at: datetime | None = None
    started: datetime | None = None
    has_read: set[str] = field(default_factory=set)
    looks: dict[str, list[datetime]] = field(default_factory=dict)
    was_restored: bool = False
    last_sent: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    _deleted_by_hand: set[tuple[str, str]] = field(default_factory=set)
    _seen_event: int = 0
    _seen_slot: int = 0

    # Reports of the simulation.

    def request_leaves(
        self,
        account: str,
        text: str,
        left: datetime,
        request_fault: Callable[[PostHistory], RequestFault | None],
    ) -> PostHistory:
        """A request is about to leave: its intent has to be committed. Raises InvariantError."""
        rows = self._query(
            "SELECT slot, attempt, due FROM delivery"
            " WHERE account = ? AND attempt > 0 AND json_extract(post, '$.text') = ?"
            " ORDER BY state = 'sending' DESC, id DESC",
            account,
            text,
        )
        if not rows:
            raise InvariantError(f"{account}: {text!r} is sent before its intent is committed")
        if parse_tweet(text).weightedLength > LONGEST:
            raise InvariantError(f"{account}: {text!r} is longer than {LONGEST}")
        slot, attempt, due = rows[0]
        self._check_searched(account, slot, _moment(due))
        history = self.histories.setdefault(
            (slot, account), PostHistory(slot=slot, account=account)
        )
        what = request_fault(history)
        sending = Sending(
            at=left, attempt=attempt, request_fault=what, pending=what is RequestFault.LATE
        )
        history.sendings.append(sending)
        return history

    def check_prepared(self, history: PostHistory, container: str) -> None:
        """The container that is published is stored with the delivery. Raises InvariantError."""
        rows = self._query(
            "SELECT json_extract(post, '$.prepared') FROM delivery WHERE slot = ? AND account = ?",
            history.slot,
            history.account,
        )
        if container not in str(rows):
            raise InvariantError(
                f"{history.slot} on {history.account} is published before {container} is stored"
            )

    def post_created(self, history: PostHistory, sending: Sending, post_id: str) -> None:
        """A server created a post. Raises InvariantError for a second one."""
        sending.post_id = post_id
        history.post_ids.append(post_id)
        self._check_gap(history, sending)
        if len(history.post_ids) > 1:
            raise InvariantError(
                f"{history.slot} was posted twice on {history.account}: {history.post_ids}"
            )

    def check_picture(self, history: PostHistory, *, has_picture: bool) -> None:
        """A new post has a picture if its delivery has one. Raises InvariantError."""
        rows = self._query(
            "SELECT json_extract(post, '$.picture') FROM delivery WHERE slot = ? AND account = ?",
            history.slot,
            history.account,
        )
        if not history.forgotten and rows and (rows[0][0] is not None) is not has_picture:
            raise InvariantError(
                f"{history.slot} on {history.account} is posted with the picture {rows[0][0]}: "
                f"{has_picture}"
            )

    def own_posts_read(self, account: str) -> None:
        """The bot read an account's own list as a whole."""
        self.has_read.add(account)
        self.looks.setdefault(account, []).append(self.time.true)

    def restored(self) -> None:
        """An older database was restored: the bot does not know its actions since then."""
        self.was_restored = True
        self._seen_event = self._query("SELECT coalesce(max(id), 0) FROM delivery_event")[0][0]
        self._seen_slot = self._query("SELECT coalesce(max(id), 0) FROM slot")[0][0]
        known = {
            (slot, account): attempt
            for slot, account, attempt in self._query("SELECT slot, account, attempt FROM delivery")
        }
        for key, history in self.histories.items():
            last = max((one.attempt for one in history.sendings), default=0)
            history.forgotten |= max(last, len(history.sendings)) > known.get(key, 0)

    def process_started(self) -> None:
        """A process started; a slot that is due later, by a right clock, was not posted before.

        Its own clock may be ahead: another copy, that starts when it is right, need not search.
        """
        self.started = min(self.time.host, self.time.true)
        self.has_read = set()

    # Questions of the owner.

    def posted_before(self, account: str, than: datetime) -> list[PostHistory]:
        """The histories of an account's posts that were sent before then, each once.

        Without those of which a restored database does not know: deleted, they could not be found.
        Where absence is believed, without those that the bot still looks for.
        """
        found = [
            history
            for history in self.histories.values()
            if history.account == account
            and history.post_ids
            and not history.forgotten
            and history.sendings[-1].at < than
        ]
        known = self._recorded_posts(account)
        fresh = [
            history
            for history in found
            if (history.slot, account) not in self._deleted_by_hand
            and (account not in ABSENCE_IS_BELIEVED or history.slot in known)
        ]
        self._deleted_by_hand |= {(history.slot, account) for history in fresh}
        return fresh

    def _recorded_posts(self, account: str) -> set[str]:
        """The slots whose posts on an account are recorded."""
        rows = self._query(
            "SELECT slot FROM delivery WHERE account = ? AND state = 'posted'", account
        )
        return {slot for (slot,) in rows}

    def awaiting_person(self) -> list[tuple[int, PostHistory]]:
        """The unsure deliveries that wait for a person, with their histories."""
        rows = self._query(
            "SELECT id, slot, account FROM delivery WHERE state = 'unsure' AND reason = ?", ASKS
        )
        return [
            (delivery, self.histories[slot, account])
            for delivery, slot, account in rows
            if (slot, account) in self.histories and not self.histories[slot, account].is_pending
        ]

    # After every step.

    def check(self) -> None:
        """Check every change since the last call. Raises InvariantError."""
        for row in self._changed():
            self._seen_event = row.event
            self._check_log(row)
            self._check_move(row)
        for slot_id, name, due, schedule, outcome in self._query(
            "SELECT id, name, due, schedule, outcome FROM slot WHERE id > ? ORDER BY id",
            self._seen_slot,
        ):
            self._seen_slot = slot_id
            self._check_slot(name, _moment(due), schedule, outcome)

    def check_end(self, waiting: Sequence[Delivery], needs_person: bool) -> None:
        """After the last fault: every delivery has an outcome, or is unsure and shown."""
        shown = {one.id for one in waiting if one.state is State.UNSURE}
        now = stored(self.time.host)
        for delivery, slot, account, state, deadline in self._query(
            "SELECT id, slot, account, state, deadline FROM delivery"
            " WHERE state IN ('planned', 'sending', 'unsure')"
        ):
            if state != "unsure" and deadline < now:
                raise InvariantError(f"{slot} on {account} is still {state} after its deadline")
            if state == "unsure" and (delivery not in shown or not needs_person):
                raise InvariantError(f"{slot} on {account} is unsure, and not shown")

    def check_posted(self, slot: str, accounts: Sequence[str]) -> None:
        """A slot that was due after the last fault is posted everywhere."""
        rows = self._query("SELECT account, state FROM delivery WHERE slot = ?", slot)
        states = dict(rows)
        for account in accounts:
            if states.get(account) != "posted" and not self._is_duplicate_on_x(slot, account):
                raise InvariantError(
                    f"{slot} on {account} is {states.get(account)} although nothing goes wrong"
                )

    def _is_duplicate_on_x(self, slot: str, account: str) -> bool:
        """Whether X rightly refused a text that exists: tips repeat after a restore."""
        server = self.servers.get(account)
        rows = self._query(
            "SELECT json_extract(post, '$.text') FROM delivery"
            " WHERE slot = ? AND account = ? AND state IN ('refused', 'unsure')",
            slot,
            account,
        )
        return isinstance(server, SimulatedX) and bool(rows) and server.stands(rows[0][0])

    def recorded_slots(self) -> set[str]:
        """The names of all slots with an outcome."""
        return {name for (name,) in self._query("SELECT name FROM slot")}

    def due_by_account(self) -> dict[str, datetime]:
        """When the next delivery of each account is due, by the host's clock."""
        rows = self._query(
            "SELECT account, min(CASE WHEN sent_at > ? THEN '2000-01-01 00:00:00'"
            " WHEN state = 'sending' THEN lease_until ELSE not_before END)"
            " FROM delivery WHERE state IN ('planned', 'sending', 'unsure') GROUP BY account",
            stored(self.time.host + timedelta(minutes=1)),
        )
        return {account: _moment(when) for account, when in rows}

    # Each check.

    def _check_log(self, row: DeliveryRow) -> None:
        if row.before is None or row.before == row.after:
            return
        if (f"delivery_{row.after}", row.slot, row.account, row.attempt) not in self.logged:
            raise InvariantError(
                f"{row.slot} on {row.account} became {row.after}, and no log line says so"
            )

    def _check_move(self, row: DeliveryRow) -> None:
        if row.account == "site":
            return self._check_page(row)
        history = self.histories.get((row.slot, row.account))
        match row.before, row.after:
            case "sending", "planned":
                self._check_proven(row, history)
            case "planned", "sending":
                self._check_key(row, history)
            case "unsure", "planned":
                self._check_resend(row, history)
            case _, "posted":
                self._check_posted(row, history)
            case _, "refused" | "missed" if history and history.may_exist and not history.forgotten:
                raise InvariantError(
                    f"{row.slot} on {row.account} is {row.after}, but may be there"
                )
        return None

    def _check_proven(self, row: DeliveryRow, history: PostHistory | None) -> None:
        sendings = history.of(row.attempt) if history and not history.forgotten else []
        if any(one.post_id is not None or one.pending for one in sendings):
            raise InvariantError(f"{row.slot} on {row.account} is recorded as not sent, but it was")

    def _check_posted(self, row: DeliveryRow, history: PostHistory | None) -> None:
        server = self.servers[row.account]
        there = server.text_there(row.remote_id or "")
        if there != row.text:
            raise InvariantError(f"{row.slot} on {row.account}: {row.remote_id} says {there!r}")
        is_mine = history is not None and row.remote_id in history.post_ids
        if not is_mine and not self.was_restored:
            raise InvariantError(
                f"{row.slot} on {row.account}: {row.remote_id} is another slot's post"
            )

    def _check_page(self, row: DeliveryRow) -> None:
        if row.after == "posted":
            found = self._query("SELECT 1 FROM page WHERE key = ?", row.remote_id)
            if not found or row.remote_id != row.key:
                raise InvariantError(f"{row.slot}: there is no page {row.remote_id}")
        if row.after in {"refused", "missed"} and self._query(
            "SELECT 1 FROM page WHERE key = ?", row.key
        ):
            raise InvariantError(f"{row.slot} is {row.after}, but its page is there")

    def _check_resend(self, row: DeliveryRow, history: PostHistory | None) -> None:
        """A post that may exist is sent again only as the rules of absence allow."""
        where = f"{row.slot} on {row.account}"
        if history is not None and history.by_hand:
            return
        if row.account not in LOOKS:
            raise InvariantError(f"{where} is sent again, where absence cannot be proven")
        sent = history.of(row.attempt) if history and not history.forgotten else []
        looks = (
            history.between(self.looks.get(row.account, []), row.attempt)
            if sent and history
            else []
        )
        least, gap = LOOKS[row.account]
        apart = max(looks) - min(looks) if looks else timedelta(0)
        has_looked = len(looks) >= least and apart >= gap
        if sent and not has_looked and not self._clock_was_set(sent[0].at):
            raise InvariantError(
                f"{where} is sent again after {len(looks)} searches within {apart}"
            )
        if row.resends > RESENDS:
            raise InvariantError(f"{where} is sent again for the {row.resends}th time")
        is_ended = row.account == "bluesky" and row.first_sent is None
        if row.at > row.deadline and not is_ended:
            raise InvariantError(f"{where} is sent again after its deadline")

    def _check_key(self, row: DeliveryRow, history: PostHistory | None) -> None:
        """No repeat relies on an idempotency key that the server may have forgotten."""
        if (
            row.account != "mastodon"
            or not row.resends
            or (history is not None and history.by_hand)
        ):
            return
        age = row.at - (row.first_sent or row.at)
        if age >= KEY_RELIED_UPON:
            raise InvariantError(f"{row.slot} is sent again when its key is {age} old")

    def _check_searched(self, account: str, slot: str, due: datetime) -> None:
        """After a restore the bot searches for earlier posts before it sends them."""
        if isinstance(self.servers[account], SimulatedBluesky):
            return  # its post's key rules out a second one
        is_old = self.started is not None and due <= self.started
        if self.was_restored and is_old and account not in self.has_read:
            raise InvariantError(f"{slot} on {account} is sent after a restore without a search")

    def _check_gap(self, history: PostHistory, sending: Sending) -> None:
        """Two sendings on one account keep the gap."""
        last = self.last_sent.get(history.account)
        self.last_sent[history.account] = (history.slot, sending.at)
        if (
            last is None
            or history.by_hand
            or self._clock_was_set(last[1] - AFTER_CLOCK_CHANGE)
            or self.was_restored
        ):
            return
        if abs(sending.at - last[1]) < GAP:
            raise InvariantError(f"{history.slot} on {history.account} follows {last[0]} at once")

    def _check_slot(self, name: str, due: datetime, schedule: str, outcome: str) -> None:
        if outcome != "missed" or self._clock_was_set(self.time.true - AFTER_CLOCK_CHANGE):
            return
        late = {"hourly": timedelta(minutes=90), "night": timedelta(hours=2)}[schedule]
        newer = self._query(
            "SELECT 1 FROM slot WHERE schedule = ? AND due >= ? AND name != ? LIMIT 1",
            schedule,
            stored(due),
            name,
        )
        if self.time.host - due <= late and not newer:
            raise InvariantError(f"{name} is recorded as missed, but it is not late")

    def _clock_was_set(self, since: datetime) -> bool:
        """Whether the host's clock was set since then."""
        return self.clock_set_at is not None and self.clock_set_at >= since

    def _changed(self) -> list[DeliveryRow]:
        rows = self._query(
            "SELECT e.id, e.delivery, e.before, e.after, e.attempt, d.slot, d.account,"
            " json_extract(d.post, '$.text'), d.remote_id, d.deadline, d.sent_at, d.resends,"
            " json_extract(d.post, '$.key'), e.at"
            " FROM delivery_event e JOIN delivery d ON d.id = e.delivery"
            " WHERE e.id > ? ORDER BY e.id",
            self._seen_event,
        )
        return [
            DeliveryRow(
                event=row[0],
                delivery=row[1],
                before=row[2],
                after=row[3],
                attempt=row[4],
                slot=row[5],
                account=row[6],
                text=row[7],
                remote_id=row[8],
                deadline=_moment(row[9]),
                first_sent=_moment(row[10]) if row[10] else None,
                resends=row[11],
                key=row[12],
                at=_moment(row[13]),
            )
            for row in rows
        ]

    def _query(self, query: str, *given: Any) -> list[Any]:
        """Read committed rows over a connection of its own."""
        return self.database.query(query, *given)


def _moment(stored: str) -> datetime:
    return datetime.fromisoformat(stored).replace(tzinfo=UTC)


def stored(moment: datetime) -> str:
    """A moment as SQLite has it."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
