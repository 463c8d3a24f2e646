"""The doors to what is remembered: slots, deliveries, the discussion, accounts.

`bot.store` implements them over a database. One `UnitOfWork` is one transaction over all of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Protocol

from bot.core.discussion.acknowledgement_policy import Acknowledgement, AcknowledgementState
from bot.core.discussion.outline import Stub
from bot.core.discussion.search_query import Term
from bot.core.model.capabilities import Capabilities
from bot.core.model.delivery import Delivery, State
from bot.core.model.entry import Author, Change, Entry, EntryEvent, EntryKind, Standing
from bot.core.model.schedule import Outcome, Schedule, Slot
from bot.core.model.site_page import Pages
from bot.core.ports.platform import Batch


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotRecord:
    """A slot and what became of it: `tip` where one was planned, `why` in words."""

    slot: Slot
    outcome: Outcome
    tip: str | None
    why: str


class Slots(Protocol):
    """The slots that came due, and how far each schedule has been worked through."""

    def cursor(self, schedule: Schedule) -> datetime | None:
        """Up to when the schedule's slots are recorded, or None if its rule was never looked at.

        A schedule whose rule or zone was edited counts as never looked at.
        """

    def advance(self, schedule: Schedule, until: datetime) -> None:
        """Move the schedule's cursor forward to `until`; it never moves back."""

    def rewind(self, schedule: Schedule, to: datetime) -> None:
        """Move the cursor back to `to`: it was set by a clock that ran ahead.

        Slots due after `to` that were called missed or empty are open again.
        """

    def record(self, record: SlotRecord) -> bool:
        """Record an outcome; False (and nothing changed) if the slot has one already."""

    def get(self, schedule: str, key: str) -> SlotRecord | None:
        """The record of a slot, or None."""

    def reopen(self, slot: Slot) -> None:
        """Take back that a slot was skipped, so that it comes after all."""

    def turns(self) -> Sequence[str]:
        """Ids of the tips that had their turn, oldest first: `core.model.delivery.TURN_STATES`."""

    def recent(self, limit: int, outcome: Outcome | None = None) -> Sequence[SlotRecord]:
        """The newest records, newest first."""

    def last_due(self, now: datetime) -> SlotRecord | None:
        """The record of the slot that was due last, those that were skipped aside."""

    def counts(self) -> Mapping[Outcome, int]:
        """How many slots ended in which way."""


class Ledger(Protocol):
    """Deliveries. Every change is a compare-and-set: it says whether it took place."""

    def plan(self, delivery: Delivery) -> Delivery | None:
        """Insert a new delivery, numbered anew; None where (slot, account) has one."""

    def get(self, delivery_id: int) -> Delivery | None:
        """The delivery of this id, or None."""

    def of_slot(self, slot: str) -> Sequence[Delivery]:
        """All deliveries of a slot."""

    def of_tip(self, tip: str, account: str, limit: int = 20) -> Sequence[Delivery]:
        """A tip's deliveries on an account, newest first."""

    def said(self, tip: str | None = None) -> Mapping[tuple[str, str], Sequence[str]]:
        """The texts posted, or planned, of each tip (or of one) on each account, oldest first.

        The keys are tip and account. What never left is not among them; what was refused is, as
        a network may refuse the same text again.
        """

    def of_remote(self, account: str, remote_id: str) -> Delivery | None:
        """The delivery that made this post on this account, or None."""

    def waiting(self, account: str, state: State, now: datetime) -> Sequence[Delivery]:
        """Deliveries in a waiting state whose `not_before` has come, oldest due first.

        For SENDING: those whose lease has ended. A moment so far ahead that only a clock that ran
        ahead can have set it counts as come, and so does that of whatever was sent after `now`.
        """

    def claims(self, owner: str) -> Sequence[Delivery]:
        """What is being sent by owners whose names begin with `owner`, whatever their leases."""

    def recent(
        self,
        limit: int | None,
        states: Iterable[State] | None = None,
        account: str | None = None,
        tip: str | None = None,
    ) -> Sequence[Delivery]:
        """The newest deliveries in these states, of an account, of a tip, newest first."""

    def number(self, *, account: str | None = None, tip: str | None = None) -> int:
        """How many deliveries an account, or a tip, has; answers are among them."""

    def at_address(self, url: str) -> Delivery | None:
        """The newest delivery whose post has this public address, or None."""

    def counts(self) -> Mapping[tuple[str, State], int]:
        """How many deliveries each account has in each state; answers are among them."""

    def delays(self, since: datetime) -> Sequence[tuple[str, timedelta]]:
        """The account of each tip posted since then, and how long after it was due."""

    def taken(self, delivery: Delivery) -> frozenset[str]:
        """Remote ids of other deliveries of the account that a look for this one could meet."""

    def remote_ids(self, account: str, since: datetime) -> frozenset[str]:
        """Remote ids of all posts that the account made since then, as far as is known."""

    def accounts_waiting(self) -> Sequence[str]:
        """The accounts that have deliveries in a waiting state."""

    def move(self, old: Delivery, new: Delivery, now: datetime) -> bool:
        """Replace `old` by `new` if state and attempt are still those of `old`.

        Checks the move against `MOVES`, and writes a line of the delivery's history.
        """

    def last_sent(self, account: str, now: datetime, apart_from: int = 0) -> datetime | None:
        """When the account last posted a tip, or may have, that of this delivery's id left out.

        Of a post that was sent again, the last sending counts. One that lies after `now` is passed
        over: the clock had run ahead.
        """

    def has_page(self, tip: str, account: str) -> bool:
        """Whether the site (`account`) has a post of this tip that was not retracted."""


class EntryStore(Protocol):
    """The discussion: every entry once."""

    def keep(self, entry: Entry, now: datetime) -> bool:
        """Insert an entry, or bring the one we have up to date with its edit or deletion.

        A deletion erases text, html and author, and nothing brings them back. Returns whether
        anything changed. Entries that answer this one join its tip.
        """

    def keep_all(self, heard: Sequence[Entry], now: datetime) -> int:
        """Keep these in this order, as `keep` would one by one, but faster where many are new.

        Returns how many were new or changed.
        """

    def set_standing(self, entry_id: int, standing: Standing, now: datetime) -> Entry | None:
        """Show, hold or hide an entry; the entry as it stands then, or None where there is none."""

    def note(self, entry: Entry, change: Change, now: datetime) -> None:
        """Write a line of the history, as `keep`, `stand` and `adopt` do by themselves."""

    def events(
        self, after: int = 0, limit: int | None = None, tip: str | None = None
    ) -> Sequence[EntryEvent]:
        """The history's lines whose number is greater than `after`, in order; or those of a tip."""

    def last_event(self) -> int:
        """The number of the history's last line, 0 where there is none."""

    def adopt(self, account: str, remote_id: str, tip: str, now: datetime) -> None:
        """Give every entry that hangs on this remote id, at any depth, and has none, to `tip`."""

    def tip_of(self, account: str, remote_ids: Sequence[str]) -> str | None:
        """The tip of the first of these remote ids (posts of ours, or entries) that has one."""

    def get(self, entry_id: int) -> Entry | None:
        """The entry of this id, or None."""

    def find(self, account: str, remote_id: str) -> Entry | None:
        """The entry that has this id on this account, or None."""

    def entries(
        self,
        *,
        tip: str | None = None,
        since: datetime | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> Sequence[Entry]:
        """Entries in the order in which they were taken in, of one tip, said since, id > after."""

    def last_id(self) -> int:
        """The number of the newest entry, 0 where there is none."""

    def kinds(self, after: int = 0) -> Mapping[tuple[str, EntryKind], int]:
        """How many entries (id > after) of each kind each account has, the bot's own aside."""

    def said_by(self, account: str, author: Author) -> Sequence[Entry]:
        """All that is kept of a person: by the key, or by the handle where an entry has no key."""

    def answers(self, account: str, remote_id: str) -> Sequence[Entry]:
        """What the bot itself answered to this entry, as far as it stands."""

    def called(self, handle: str) -> Sequence[Entry]:
        """The legible entries of others whose author has this handle, on any account."""

    def erased_since(self, after: int) -> bool:
        """Whether words went, by deletion or edit, since this line of the history."""

    def due_checks(
        self, account: str, now: datetime, limit: int, after: int = 0
    ) -> Sequence[Entry]:
        """Legible entries of others, id > after, to be looked at again, those due longest first.

        An entry is due for the first time shortly after it was taken in.
        """

    def checked(self, account: str, remote_id: str, now: datetime, again: datetime | None) -> None:
        """Remember that its network showed it to us as it is here, and when to look again."""

    def put_off(
        self,
        account: str,
        now: datetime,
        until: datetime | None,
        remote_ids: Sequence[str] | None = None,
    ) -> None:
        """Look at none of these (None: at nothing that is due on the account) before `until`.

        Where that is None, they are looked at no more.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchedThread:
    """A post of ours under which somebody may say something without naming us.

    `cursor` is how far it was read, `stirred_at` when something under it was new or changed (or
    when it was posted), and `look_at` when to look again; None: never.
    """

    account: str
    remote_id: str
    at: datetime
    stirred_at: datetime
    cursor: str | None = None
    look_at: datetime | None = None


class WatchedThreads(Protocol):
    """The bot's own posts, and when to look below each."""

    def follow(self, account: str) -> int:
        """Watch what was posted on the account, and what was taken back no more.

        Returns how many posts came or went. A post of ours is due as soon as it is watched; an
        answer of ours is part of another thread.
        """

    def is_behind(self, account: str) -> bool:
        """Whether posts came or went that `follow` would take in."""

    def due(self, account: str, now: datetime, limit: int) -> Sequence[WatchedThread]:
        """Those to look below, those due longest first."""

    def get(self, account: str, remote_id: str) -> WatchedThread | None:
        """The post of this remote id, if it is watched."""

    def looked(self, watched: WatchedThread) -> None:
        """Remember its cursor, its last stir and when to look again."""

    def wake(self, account: str, remote_id: str, now: datetime, look_at: datetime) -> bool:
        """Something is said below it: look there at `look_at` at the latest.

        Returns whether this post is watched.
        """

    def put_off(
        self, account: str, now: datetime, until: datetime, remote_id: str | None = None
    ) -> None:
        """Do not look below this post (None: below any that is due on the account) until then.

        Those that are put off together keep their order.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """How many entries everybody may read, and when the last of them was said."""

    count: int
    at: datetime


class PublicEntries(Protocol):
    """What everybody may read of the discussion; no page takes longer the more was said.

    That is what is public and shown, what is unlisted where the operator shows that, and the bot's
    own but for its answers to what not everybody may read.
    """

    def including_unlisted(self, *, unlisted: bool) -> PublicEntries:
        """The same, with what was said unlisted where the operator shows that."""

    def stubs(self, tip: str) -> Sequence[Stub]:
        """A tip's entries without their words, in the order of their time."""

    def size(self, tip: str) -> int:
        """How many entries a tip has, whoever may read them."""

    def several(self, ids: Iterable[int]) -> Mapping[int, Entry]:
        """These entries by number; those that not everybody may read come without words."""

    def newest(self, limit: int, tip: str | None = None) -> Sequence[Entry]:
        """The newest entries under any tip, or under this one, newest first."""

    def search(
        self, wanted: Sequence[Term], limit: int, before: int | None = None
    ) -> Sequence[Entry]:
        """Entries under a tip that have all these terms, the last taken in first; id < before."""

    def tallies(self, tips: Sequence[str]) -> Mapping[str, Tally]:
        """How much was said under each of these tips; one of which nothing was said is left out."""

    def counts(self) -> Mapping[str, int]:
        """How many entries each tip has that everybody may read."""

    def readable(self, ids: Collection[int]) -> frozenset[int]:
        """Which of these entries everybody may read."""

    def entries(
        self, *, tip: str | None = None, loose: bool = False, after: int = 0, limit: int
    ) -> Sequence[Entry]:
        """Entries that everybody may read, as they were taken in: all, of a tip, or `loose` ones.

        Loose are those under no tip. Where one was deleted that everybody could read, it is among
        them, without its words. Nothing that is held or hidden is.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """A schedule or account that is held. `until` None: until someone resumes it."""

    name: str
    reason: str
    since: datetime
    until: datetime | None = None
    by_operator: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountRecord:
    """What is remembered of an account besides its deliveries."""

    traits: Capabilities | None = None
    learned_at: datetime | None = None
    learned_from: str | None = None
    cursor: str | None = None
    heard_at: datetime | None = None
    trouble: str | None = None
    unheard: tuple[str, ...] = field(default=())


class Accounts(Protocol):
    """What is remembered of accounts and schedules: traits, cursors, pauses, money."""

    def get(self, account: str) -> AccountRecord:
        """What is remembered; an empty record for an account never seen."""

    def learned(self, account: str, traits: Capabilities, source: str, now: datetime) -> None:
        """Remember the network's rules, and of which kind and settings they are true."""

    def heard(self, account: str, batch: Batch, now: datetime) -> None:
        """Remember the batch's cursor and unheard, and that listening works."""

    def unheard(self, account: str, gaps: Sequence[str], now: datetime) -> None:
        """Remember what was said on it and can no longer be heard, a sentence each."""

    def set_trouble(self, account: str, trouble: str | None) -> None:
        """Remember what stands in the way of listening (None: nothing any more)."""

    def pause(self, pause: Pause) -> None:
        """Hold an account (`account:NAME`) or a schedule (`schedule:NAME`)."""

    def resume(self, name: str) -> bool:
        """Let go again; False where it was not held."""

    def pauses(self, now: datetime) -> dict[str, Pause]:
        """All pauses in force, by name; not those that only a clock that ran ahead began."""

    def spend(self, account: str, what: str, amount: Decimal, now: datetime) -> None:
        """Note money spent, in US dollars."""

    def spent(self, account: str, now: datetime) -> Decimal:
        """Money spent in the calendar month (UTC) of `now`."""

    def listened(self, account: str, now: datetime) -> Decimal:
        """What of it was spent on reading: on everything but posting and taking back."""


class KeyValues(Protocol):
    """Small facts that the running bot leaves for other commands, such as a broken file."""

    def put(self, name: str, value: str | None, now: datetime) -> None:
        """Write or (None) remove a note."""

    def get(self, name: str) -> str | None:
        """A note, or None."""


class PersonRule(Enum):
    """What holds for a person on an account."""

    BLOCKED = "blocked"
    """what they say is kept, and shown to nobody but the operator"""
    NO_LOG = "nolog"
    """nothing of theirs is kept: they asked for it, or the operator did for them"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A person for whom a rule holds. `who` is a mask; `label` names those only who are blocked."""

    account: str
    who: str
    label: str


class People(Protocol):
    """Who is blocked, and of whom nothing is kept, by pseudonyms."""

    def add_rule(
        self, account: str, who: str, rule: PersonRule, now: datetime, label: str = ""
    ) -> bool:
        """Have a rule hold for a person from now on; False where it does already."""

    def remove_rule(self, account: str, who: str, rule: PersonRule) -> bool:
        """Have it hold no more; False where it did not."""

    def rules(
        self, account: str, pseudonyms: Collection[str]
    ) -> Mapping[str, frozenset[PersonRule]]:
        """The rules for those of these pseudonyms for whom there are any."""

    def blocked(self) -> Sequence[Person]:
        """All who are blocked."""


class Acknowledgements(Protocol):
    """The acknowledgements of entries: at most one each, written before it is sent."""

    def begin(self, account: str, entry_id: int, who: str, now: datetime) -> bool:
        """Write down that an entry is about to be acknowledged; False where it was before."""

    def end(self, entry_id: int, state: AcknowledgementState) -> None:
        """Write down what came of it."""

    def withdraw(self, entry_id: int) -> None:
        """Take back what is proven not to have been sent, so that it may be tried again."""

    def recent(self, account: str, limit: int) -> Sequence[Acknowledgement]:
        """The account's newest, newest first."""


class UnitOfWork(Protocol):
    """One transaction over everything that is remembered."""

    slots: Slots
    ledger: Ledger
    log: EntryStore
    threads: WatchedThreads
    shown: PublicEntries
    accounts: Accounts
    notes: KeyValues
    persons: People
    thanks: Acknowledgements
    pages: Pages


class Store(Protocol):
    """The memory of one bot. Raises StoreError (full disk, locked, damaged) and nothing else."""

    def reading(self) -> AbstractContextManager[UnitOfWork]:
        """A consistent view. Raises RuntimeError where something is written in it."""

    def writing(self) -> AbstractContextManager[UnitOfWork]:
        """All or nothing, and alone: it holds the bot's write lock from its first moment."""
