"""What must hold, checked after every step against what the models know to be true."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from twitter_text import parse_tweet

from bot.core.model.delivery import Delivery, State
from bot.core.posting.reconciliation import ASKS
from bot.store.database import FILE
from tests.sim.faults import Blow, Lie, Server
from tests.sim.timeline import Timeline
from tests.sim.x import SimX

LOOKS = {"x": (2, timedelta(minutes=3)), "mastodon": (2, timedelta(minutes=1))}
"""So many looks in vain, so far apart, allow to send again; elsewhere nothing does."""
RESENDS = 3
KEY_RELIED_UPON = timedelta(minutes=55)
GAP = timedelta(minutes=10)
PROMISE = 140
BEGINNING, END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
A_WHILE = timedelta(hours=3)
"""How long after a clock was set nothing is said of what is late."""


class Broken(BaseException):
    """An invariant does not hold."""


@dataclass(kw_only=True)
class Sending:
    """One request that was to make a post."""

    at: datetime
    attempt: int
    blow: Blow | None
    made: str | None = None
    pending: bool = False


@dataclass(kw_only=True)
class Story:
    """All that really happened for one slot on one account, over every life of the bot."""

    slot: str
    account: str
    lie: Lie | None = None
    made: list[str] = field(default_factory=list)
    sendings: list[Sending] = field(default_factory=list)
    forgotten: bool = False
    """an older database was put back since the last sending"""

    @property
    def attempt(self) -> int:
        """The attempt of the newest sending."""
        return self.sendings[-1].attempt if self.sendings else 0

    def of(self, attempt: int) -> list[Sending]:
        """The sendings of this attempt: more than one only where a process was frozen."""
        return [one for one in self.sendings if one.attempt == attempt]

    def between(self, looks: list[datetime], attempt: int) -> list[datetime]:
        """Those looks that lie between this attempt's sending and the next one's."""
        before = [one.at for one in self.sendings if one.attempt <= attempt]
        after = [one.at for one in self.sendings if one.attempt > attempt]
        begin, end = before[-1:] or [BEGINNING], after[:1] or [END]
        return [at for at in looks if begin[0] <= at <= end[0]]

    by_hand: bool = False
    """the owner has asked for it: no gap is kept, and no rule of absence"""

    @property
    def is_pending(self) -> bool:
        """Whether a request is still on its way."""
        return any(one.pending for one in self.sendings)

    @property
    def may_exist(self) -> bool:
        """Whether there is a post, or still may be one."""
        return bool(self.made) or self.is_pending


@dataclass(frozen=True, kw_only=True)
class Row:
    """A delivery as the database has it, with the move that led there."""

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
class Truth:
    """Knows every story, and compares the bot's memory with it."""

    servers: Mapping[str, Server]
    time: Timeline
    data: Path
    stories: dict[tuple[str, str], Story] = field(default_factory=dict)
    logged: set[tuple[str, str, str, int]] = field(default_factory=set)
    clock_set_at: datetime | None = None
    started: datetime | None = None
    has_read: set[str] = field(default_factory=set)
    looks: dict[str, list[datetime]] = field(default_factory=dict)
    was_restored: bool = False
    last_sent: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    _tidied: set[tuple[str, str]] = field(default_factory=set)
    _seen_event: int = 0
    _seen_slot: int = 0
    _memory: sqlite3.Connection | None = None

    # What the line reports.

    def arrives(
        self, account: str, text: str, left: datetime, blow: Callable[[Story], Blow | None]
    ) -> Story:
        """A request is about to leave: its intent has to be in the database already."""
        rows = self._ask(
            "SELECT slot, attempt, due FROM delivery"
            " WHERE account = ? AND attempt > 0 AND json_extract(post, '$.text') = ?"
            " ORDER BY state = 'sending' DESC, id DESC",
            account,
            text,
        )
        if not rows:
            raise Broken(f"{account}: {text!r} is sent before its intent is committed")
        if parse_tweet(text).weightedLength > PROMISE:
            raise Broken(f"{account}: {text!r} is longer than {PROMISE}")
        slot, attempt, due = rows[0]
        self._check_read(account, slot, _moment(due))
        story = self.stories.setdefault((slot, account), Story(slot=slot, account=account))
        what = blow(story)
        sending = Sending(at=left, attempt=attempt, blow=what, pending=what is Blow.LATE)
        story.sendings.append(sending)
        return story

    def made(self, story: Story, sending: Sending, post_id: str) -> None:
        """A post came into being."""
        sending.made = post_id
        story.made.append(post_id)
        self._check_gap(story, sending)
        if len(story.made) > 1:
            raise Broken(f"{story.slot} was posted twice on {story.account}: {story.made}")

    def looked(self, account: str) -> None:
        """The account's own list was shown to the bot, whole."""
        self.has_read.add(account)
        self.looks.setdefault(account, []).append(self.time.true)

    def restored(self) -> None:
        """An older database was put back: what the bot did since then it does not know."""
        self.close()
        self.was_restored = True
        self._seen_event = self._ask("SELECT coalesce(max(id), 0) FROM delivery_event")[0][0]
        self._seen_slot = self._ask("SELECT coalesce(max(id), 0) FROM slot")[0][0]
        known = {
            (slot, account): attempt
            for slot, account, attempt in self._ask("SELECT slot, account, attempt FROM delivery")
        }
        for key, story in self.stories.items():
            story.forgotten |= len(story.sendings) > known.get(key, 0)

    def began(self) -> None:
        """A process began."""
        self.started = self.time.host
        self.has_read = set()

    def close(self) -> None:
        """Let go of the database."""
        if self._memory is not None:
            self._memory.close()
            self._memory = None

    # What the owner asks.

    def older(self, account: str, than: datetime) -> list[Story]:
        """The stories of an account whose posts were sent before then, each once."""
        found = [
            story
            for story in self.stories.values()
            if story.account == account and story.made and story.sendings[-1].at < than
        ]
        fresh = [story for story in found if (story.slot, account) not in self._tidied]
        self._tidied |= {(story.slot, account) for story in fresh}
        return fresh

    def asking(self) -> list[tuple[int, Story]]:
        """The unsure deliveries that wait for a person, with what is true of them."""
        rows = self._ask(
            "SELECT id, slot, account FROM delivery WHERE state = 'unsure' AND reason = ?", ASKS
        )
        return [
            (delivery, self.stories[slot, account])
            for delivery, slot, account in rows
            if (slot, account) in self.stories and not self.stories[slot, account].is_pending
        ]

    # What must hold after every step.

    def check(self) -> None:
        """Compare whatever has changed since this was last asked."""
        for row in self._changed():
            self._seen_event = row.event
            self._check_log(row)
            self._check_move(row)
        for slot_id, name, due, schedule, outcome in self._ask(
            "SELECT id, name, due, schedule, outcome FROM slot WHERE id > ? ORDER BY id",
            self._seen_slot,
        ):
            self._seen_slot = slot_id
            self._check_slot(name, _moment(due), schedule, outcome)

    def check_end(self, waiting: Sequence[Delivery], needs_person: bool) -> None:
        """After all has healed: every delivery has come to an end, or is unsure and shown."""
        shown = {one.id for one in waiting if one.state is State.UNSURE}
        now = _stored(self.time.host)
        for delivery, slot, account, state, deadline in self._ask(
            "SELECT id, slot, account, state, deadline FROM delivery"
            " WHERE state IN ('planned', 'sending', 'unsure')"
        ):
            if state != "unsure" and deadline < now:
                raise Broken(f"{slot} on {account} is still {state} after its deadline")
            if state == "unsure" and (delivery not in shown or not needs_person):
                raise Broken(f"{slot} on {account} is unsure, and nobody is told")

    def check_lives(self, slot: str, accounts: Sequence[str]) -> None:
        """A slot that came due after all had healed is posted everywhere."""
        rows = self._ask("SELECT account, state FROM delivery WHERE slot = ?", slot)
        states = dict(rows)
        for account in accounts:
            if states.get(account) != "posted" and not self._repeats(slot, account):
                raise Broken(f"{slot} on {account} is {states.get(account)} although all is well")

    def _repeats(self, slot: str, account: str) -> bool:
        """Whether X rightly has no second post of a text that stands: after a restore tips repeat."""
        server = self.servers.get(account)
        rows = self._ask(
            "SELECT json_extract(post, '$.text') FROM delivery"
            " WHERE slot = ? AND account = ? AND state IN ('refused', 'unsure')",
            slot,
            account,
        )
        return isinstance(server, SimX) and bool(rows) and server.stands(rows[0][0])

    def recorded(self) -> set[str]:
        """The names of all slots that have an outcome."""
        return {name for (name,) in self._ask("SELECT name FROM slot")}

    def busy(self) -> dict[str, datetime]:
        """When each account that has something waiting wants to be looked at, by the host's clock."""
        rows = self._ask(
            "SELECT account, min(CASE WHEN sent_at > ? THEN '2000-01-01 00:00:00'"
            " WHEN state = 'sending' THEN lease_until ELSE not_before END)"
            " FROM delivery WHERE state IN ('planned', 'sending', 'unsure') GROUP BY account",
            _stored(self.time.host + timedelta(minutes=1)),
        )
        return {account: _moment(when) for account, when in rows}

    # Each check.

    def _check_log(self, row: Row) -> None:
        if row.before is None or row.before == row.after:
            return
        if (f"delivery_{row.after}", row.slot, row.account, row.attempt) not in self.logged:
            raise Broken(f"{row.slot} on {row.account} became {row.after}, and no log line says so")

    def _check_move(self, row: Row) -> None:
        if row.account == "site":
            return self._check_page(row)
        story = self.stories.get((row.slot, row.account))
        match row.before, row.after:
            case "sending", "planned":
                self._check_proven(row, story)
            case "planned", "sending":
                self._check_key(row, story)
            case "unsure", "planned":
                self._check_resend(row, story)
            case _, "posted":
                self._check_posted(row, story)
            case _, "refused" | "missed" if story and story.may_exist and not story.forgotten:
                raise Broken(f"{row.slot} on {row.account} is {row.after}, but may be there")
        return None

    def _check_proven(self, row: Row, story: Story | None) -> None:
        sendings = story.of(row.attempt) if story and not story.forgotten else []
        if any(one.made is not None or one.pending for one in sendings):
            raise Broken(f"{row.slot} on {row.account} is called not sent, but it was")

    def _check_posted(self, row: Row, story: Story | None) -> None:
        server = self.servers[row.account]
        there = server.text_there(row.remote_id or "")
        if there != row.text:
            raise Broken(f"{row.slot} on {row.account}: {row.remote_id} says {there!r}")
        is_mine = story is not None and row.remote_id in story.made
        if not is_mine and not self.was_restored:
            raise Broken(f"{row.slot} on {row.account}: {row.remote_id} is another slot's post")

    def _check_page(self, row: Row) -> None:
        if row.after == "posted":
            found = self._ask("SELECT 1 FROM page WHERE key = ?", row.remote_id)
            if not found or row.remote_id != row.key:
                raise Broken(f"{row.slot}: there is no page {row.remote_id}")
        if row.after in {"refused", "missed"} and self._ask(
            "SELECT 1 FROM page WHERE key = ?", row.key
        ):
            raise Broken(f"{row.slot} is {row.after}, but its page is there")

    def _check_resend(self, row: Row, story: Story | None) -> None:
        """What may have been sent is sent again only as the rules of absence allow."""
        where = f"{row.slot} on {row.account}"
        if story is not None and story.by_hand:
            return
        if row.account not in LOOKS:
            raise Broken(f"{where} is sent again, where absence cannot be proven")
        sent = story.of(row.attempt) if story and not story.forgotten else []
        looks = (
            story.between(self.looks.get(row.account, []), row.attempt) if sent and story else []
        )
        least, gap = LOOKS[row.account]
        apart = max(looks) - min(looks) if looks else timedelta(0)
        has_looked = len(looks) >= least and apart >= gap
        if sent and not has_looked and not self._clock_was_set(sent[0].at):
            raise Broken(f"{where} is sent again after {len(looks)} looks within {apart}")
        if row.resends > RESENDS:
            raise Broken(f"{where} is sent again for the {row.resends}th time")
        if row.at > row.deadline:
            raise Broken(f"{where} is sent again after its deadline")

    def _check_key(self, row: Row, story: Story | None) -> None:
        """A key is not relied upon when it may be forgotten, however long a repeat was held back."""
        if row.account != "mastodon" or not row.resends or (story is not None and story.by_hand):
            return
        age = row.at - (row.first_sent or row.at)
        if age >= KEY_RELIED_UPON:
            raise Broken(f"{row.slot} is sent again when its key is {age} old")

    def _check_read(self, account: str, slot: str, due: datetime) -> None:
        """After a restore, what was due before is looked for before it is sent."""
        is_old = self.started is not None and due <= self.started
        if self.was_restored and is_old and account not in self.has_read:
            raise Broken(f"{slot} on {account} is sent after a restore, and nobody had looked")

    def _check_gap(self, story: Story, sending: Sending) -> None:
        """Posts on one account keep their distance, as far as they were sent and not delayed."""
        last = self.last_sent.get(story.account)
        self.last_sent[story.account] = (story.slot, sending.at)
        if (
            last is None
            or story.by_hand
            or self._clock_was_set(last[1] - A_WHILE)
            or self.was_restored
        ):
            return
        if abs(sending.at - last[1]) < GAP:
            raise Broken(f"{story.slot} on {story.account} follows {last[0]} at once")

    def _check_slot(self, name: str, due: datetime, schedule: str, outcome: str) -> None:
        if outcome != "missed" or self._clock_was_set(self.time.true - A_WHILE):
            return
        late = {"hourly": timedelta(minutes=90), "night": timedelta(hours=2)}[schedule]
        newer = self._ask(
            "SELECT 1 FROM slot WHERE schedule = ? AND due >= ? AND name != ? LIMIT 1",
            schedule,
            _stored(due),
            name,
        )
        if self.time.host - due <= late and not newer:
            raise Broken(f"{name} is called missed, but it is not late")

    def _clock_was_set(self, since: datetime) -> bool:
        """Whether the host's clock was put forward or back since then."""
        return self.clock_set_at is not None and self.clock_set_at >= since

    def _changed(self) -> list[Row]:
        rows = self._ask(
            "SELECT e.id, e.delivery, e.before, e.after, e.attempt, d.slot, d.account,"
            " json_extract(d.post, '$.text'), d.remote_id, d.deadline, d.sent_at, d.resends,"
            " json_extract(d.post, '$.key'), e.at"
            " FROM delivery_event e JOIN delivery d ON d.id = e.delivery"
            " WHERE e.id > ? ORDER BY e.id",
            self._seen_event,
        )
        return [
            Row(
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

    def _ask(self, query: str, *given: Any) -> list[Any]:
        """What is committed, seen over a connection of our own."""
        if self._memory is None:
            self._memory = sqlite3.connect(self.data / FILE, isolation_level=None)
        return self._memory.execute(query, given).fetchall()


def _moment(stored: str) -> datetime:
    return datetime.fromisoformat(stored).replace(tzinfo=UTC)


def _stored(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
