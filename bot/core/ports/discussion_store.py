"""The stores of the discussion: entries, watched threads, public entries, the event log."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from bot.core.discussion.outline import Stub
from bot.core.discussion.search_query import Term
from bot.core.model.entry import Author, Change, Entry, EntryEvent, EntryKind, Standing


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

    def number_kept(self) -> int:
        """How many entries of others are kept, those that were erased aside."""

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
        self,
        *,
        tip: str | None = None,
        loose: bool = False,
        since: datetime | None = None,
        after: int = 0,
        limit: int,
    ) -> Sequence[Entry]:
        """Entries that everybody may read, as they were taken in: all, of a tip, or `loose` ones.

        Loose are those under no tip; `since` is the earliest time at which they were said. Where
        one was deleted that everybody could read, it is among them, without its words. Nothing
        that is held or hidden is.
        """


Value: TypeAlias = str | int | None


Fields: TypeAlias = Mapping[str, Value]
"""A line: its fields in their order."""


WORDS = ("author", "handle", "profile", "text", "warning", "url")
"""The fields of a line that hold somebody's words, or tell who somebody is."""


class EventLog(Protocol):
    """Lines that are only ever added to. Raises StoreError and nothing else."""

    def newest(self) -> Iterator[Fields]:
        """The whole lines that are there, the newest first. A line that broke off is mended."""

    def append(self, lines: Sequence[Fields]) -> None:
        """Add lines in their order; after a kill the first of them are there, or all."""

    def blank(self, places: Collection[Fields], words: Sequence[str] = WORDS) -> None:
        """Overwrite these fields in each line that has all fields of one of the places."""
