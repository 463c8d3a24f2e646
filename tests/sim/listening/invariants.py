"""The invariants of the log, checked after every step against the messages of people."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from tests.sim.bot_database import BotDatabase
from tests.sim.invariants import InvariantError, stored
from tests.sim.listening.bluesky import BlueskyWithPeople
from tests.sim.listening.mastodon import MastodonWithPeople
from tests.sim.listening.messages import Message, marked
from tests.sim.listening.people import Network, People
from tests.sim.listening.threads import ThreadsWithPeople
from tests.sim.listening.x import XWithPeople
from tests.sim.timeline import Timeline

EVENT_LOG = "discussion.jsonl"
REACH = 700
"""X lists 800 mentions: so many newer ones, and a margin, can hide an older one."""
LISTENED = timedelta(hours=1)
"""How long reading a list can take after it stopped in the middle."""
LONG = 5000
"""An answer with this many statuses may be too large."""
SEARCHED = timedelta(days=6, hours=23)
"""A little less than the reach of X's search."""
LOOKED_AT = timedelta(days=6)
"""How long X's entries are rechecked, with a margin; then their text is withheld."""


class EntryRow(NamedTuple):
    """An entry as the database has it."""

    account: str
    remote_id: str
    text: str
    html: str
    author: str
    tip: str | None
    in_reply_to: str | None

    @property
    def name(self) -> tuple[str, str]:
        """Its permanent identity."""
        return self.account, self.remote_id

    @property
    def has_content(self) -> bool:
        """Whether any text or name of it is stored."""
        return bool(self.text or self.html or self.author)


@dataclass
class LogInvariants:
    """Compares the bot's log with the messages of people."""

    people: People
    networks: Mapping[str, Network]
    time: Timeline
    data: Path
    database: BotDatabase
    losses_reported: list[tuple[datetime, str]] = field(default_factory=list)
    """When and on which account the bot reported a loss."""
    _versions: dict[tuple[str, str], int] = field(default_factory=dict)
    _erased: set[tuple[str, str]] = field(default_factory=set)
    listed: dict[str | None, list[datetime]] = field(default_factory=dict)
    """When X's list below each of the bot's posts, or (None) of mentions, was read and stored."""
    _named: dict[str, list[Message]] = field(default_factory=dict)
    """The mentions of each account, in their order."""
    _seen_event: int = 0
    _changes: dict[int, list[str]] = field(default_factory=dict)

    def entry_count(self, account: str) -> int:
        """The number of entries of an account."""
        return int(self._query("SELECT count(*) FROM entry WHERE account = ?", account)[0][0])

    def is_heard_now(self, account: str) -> bool:
        """Whether the mentions of an account were stored at this very moment."""
        rows = self._query("SELECT heard_at FROM account WHERE name = ?", account)
        return bool(rows) and rows[0][0] == stored(self.time.host)

    # After every step.

    def check(self) -> None:
        """Check that no entry is private, came back or went back to an older version."""
        by_name = {(one.account, one.id): one for one in self.people.message}
        for row in self._rows():
            message = by_name.get(row.name)
            if message is None:
                self._check_unknown(row)
            else:
                self._check_row(row, message)
        self._check_history()

    def _check_unknown(self, row: EntryRow) -> None:
        """An entry without a message has no content: it can only be a request for erasure."""
        if row.has_content:
            raise InvariantError(f"{row.name} was never posted: {row.text[:60]!r}")

    def _check_row(self, row: EntryRow, message: Message) -> None:
        found = {number for number, _ in marked(row.text + row.html)}
        if found - {message.number}:
            raise InvariantError(f"{row.name} has the text of another: {row.text[:60]!r}")
        if message.is_private and row.has_content:
            raise InvariantError(f"{row.name} is private, and something of it is stored")
        if row.has_content and row.name in self._erased:
            raise InvariantError(f"{row.name} has come back")
        if not row.has_content:
            self._erased.add(row.name)
            return
        version = max((version for _, version in marked(row.text)), default=0)
        if version < self._versions.get(row.name, 0):
            raise InvariantError(f"{row.name} went back to version {version}")
        self._versions[row.name] = version

    def _check_history(self) -> None:
        """Check that each entry is created once, deleted once, and not edited after that."""
        for number, entry, change in self._query(
            "SELECT id, entry, change FROM entry_event WHERE id > ? ORDER BY id", self._seen_event
        ):
            self._seen_event = number
            before = self._changes.setdefault(entry, [])
            if (change == "created") is bool(before):
                raise InvariantError(f"entry {entry} is {change} after {before}")
            if "deleted" in before and change in {"edited", "deleted"}:
                raise InvariantError(f"entry {entry} is {change} after its end")
            before.append(change)

    # At the end, when nothing goes wrong any more.

    def check_end(self) -> None:
        """Check that every entry is current, and that only reported losses are missing."""
        rows = {row.name: row for row in self._rows()}
        self._named = {
            name: [one for one in self.people.message if one.account == name and one.mentions_bot]
            for name in self.networks
        }
        for message in self.people.message:
            row = rows.get((message.account, message.id))
            if row is not None:
                self._check_current(row, message)
            elif self._is_due(message):
                self._check_missing(message)
        self._check_reports()
        self._check_event_log()
        self._check_favourites()

    def _is_due(self, message: Message) -> bool:
        erased_people = (message.account, message.who) in self.people.erased_people
        return (
            message.is_expected
            and message.gone_at is None
            and not message.is_private
            and not erased_people
        )

    def _check_missing(self, message: Message) -> None:
        """A missing message is behind X's 800 mentions or seven days of search, and was reported.

        Messages in a thread that the server cannot show, and on Bluesky those below a message that
        is gone, are missing without a report.
        """
        network = self.networks[message.account]
        if not message.mentions_bot and (
            self._is_in_unshowable_thread(message) or self._is_cut_off(message)
        ):
            return
        if not isinstance(network, XWithPeople):
            raise InvariantError(f"{message} was never read")
        named = self._named[message.account]
        listed_at = self._next_list(message)
        until = bisect_right(named, listed_at + LISTENED, key=_posted_at)
        later = until - bisect_right(named, message.number, key=_number)
        hidden = (
            later >= REACH if message.mentions_bot else listed_at - message.posted_at > SEARCHED
        )
        is_reported = any(
            at > message.posted_at
            for at, account in self.losses_reported
            if account == message.account
        )
        if not hidden or not is_reported:
            raise InvariantError(
                f"{message} was never read; {later} came later; reported: {is_reported}"
            )

    def _next_list(self, message: Message) -> datetime:
        """When the list with a message was first read after it was posted."""
        times = self.listed.get(None if message.mentions_bot else message.root, [])
        place = bisect_right(times, message.posted_at)
        return times[place] if place < len(times) else self.time.true

    def _is_in_unshowable_thread(self, message: Message) -> bool:
        """Whether the server cannot show the thread of a message."""
        network = self.networks[message.account]
        return isinstance(network, MastodonWithPeople) and message.root in network.not_showable

    def _is_cut_off(self, message: Message) -> bool:
        """Whether it is below a message that is gone, on Bluesky, whose threads end there."""
        if not isinstance(self.networks[message.account], BlueskyWithPeople):
            return False
        by_id = {one.id: one for one in self.people.message if one.account == message.account}
        above = by_id.get(message.to or "")
        while above is not None and above.gone_at is None:
            above = by_id.get(above.to or "")
        return above is not None

    def _check_current(self, row: EntryRow, message: Message) -> None:
        where = f"{row.name} ({message})"
        gone = message.gone_at is not None or self._opted_out(message) or message.is_private
        if gone:
            if row.has_content and not self._is_withheld(message):
                raise InvariantError(f"{where} is gone, and its text is stored: {row.text[:60]!r}")
            return
        if not row.has_content:
            raise InvariantError(f"{where} exists, and has no text: {row}")
        if message.mark not in row.text and not self._is_withheld(message):
            raise InvariantError(f"{where} has old text: {row.text[:60]!r}")
        if row.in_reply_to != message.to:
            raise InvariantError(f"{where} answers {row.in_reply_to}")
        if message.who not in row.author:
            raise InvariantError(f"{where} is attributed to {row.author}")
        if row.tip != self._tip(message) and not self._is_in_unshowable_thread(message):
            raise InvariantError(f"{where} belongs to {row.tip}, not to {self._tip(message)}")

    def _opted_out(self, message: Message) -> bool:
        return (message.account, message.who) in self.people.erased_people

    def _is_withheld(self, message: Message) -> bool:
        """Whether its text is withheld: X is no longer asked about it."""
        is_on_x = isinstance(self.networks[message.account], XWithPeople)
        return is_on_x and self.time.true - message.posted_at > LOOKED_AT

    def _tip(self, message: Message) -> str | None:
        """The tip of the bot's post at the top of its thread."""
        found = self._query(
            "SELECT tip FROM delivery WHERE account = ? AND remote_id = ?",
            message.account,
            message.root or "",
        )
        return found[0][0] if found else None

    def _check_reports(self) -> None:
        """Losses are reported only on X, and where a thread is longer than can be read."""
        for _, account in self.losses_reported:
            roots = Counter(
                message.root for message in self.people.message if message.account == account
            )
            is_short = max(roots.values(), default=0) < LONG
            if not isinstance(self.networks[account], XWithPeople) and is_short:
                raise InvariantError(f"{account} reports a loss")

    def _gone_numbers(self) -> set[int]:
        """The numbers of the messages that may be in no file."""
        return {
            message.number
            for message in self.people.message
            if (message.gone_at is not None or message.is_private or self._opted_out(message))
            and not self._is_withheld(message)
        }

    def check_files(self) -> None:
        """Check that no file has text of a message that is gone."""
        gone = self._gone_numbers()
        for file in sorted(self.data.iterdir()):
            if not file.is_file():
                continue
            text = file.read_bytes().decode("utf-8", errors="replace")
            kept = gone & {number for number, _ in marked(text)}
            if kept:
                raise InvariantError(
                    f"{file.name} has text of messages that are gone: {sorted(kept)[:5]}"
                )

    def _check_event_log(self) -> None:
        """Check that the event log file has each event once and in order."""
        lines = [json.loads(line) for line in self._event_log_lines()]
        written = [(line["event"], line["entry"], line["change"]) for line in lines]
        history = self._query("SELECT id, entry, change FROM entry_event ORDER BY id")
        if written != history:
            disturbed = next(
                (pair for pair in zip(written, history, strict=False) if len({*pair}) > 1), None
            )
            raise InvariantError(
                f"{EVENT_LOG}: {len(written)} lines of {len(history)}, first other: {disturbed}"
            )

    def _event_log_lines(self) -> Iterator[str]:
        files = [*self.data.glob(f"{EVENT_LOG}.*"), self.data / EVENT_LOG]
        for file in sorted(files, key=lambda one: -len(one.name)):
            yield from file.read_text(encoding="utf-8").split("\n")[:-1]

    def _check_favourites(self) -> None:
        """Check that a person gets one favourite a day at most, and none after a day."""
        by_id = {(one.account, one.id): one for one in self.people.message}
        for account, network in self.networks.items():
            if isinstance(network, ThreadsWithPeople | XWithPeople):
                continue
            first: dict[str, datetime] = {}
            for at, status in network.favourites:
                first.setdefault(status, at)
            days: Counter[tuple[str, Any]] = Counter()
            for status, at in first.items():
                message = by_id[account, status]
                days[message.who, at.date()] += 1
                if at - message.posted_at > timedelta(days=1, hours=1):
                    raise InvariantError(f"{message} was favourited a day late, at {at}")
            many = {name: times for name, times in days.items() if times > 1}
            if many:
                raise InvariantError(f"favourited more than once a day: {account} {many}")

    def _rows(self) -> list[EntryRow]:
        found = self._query(
            "SELECT account, remote_id, text, html, author_handle || author_name, tip,"
            " in_reply_to FROM entry WHERE NOT ours"
        )
        return [EntryRow._make(row) for row in found]

    def _query(self, query: str, *values: str | int) -> list[Any]:
        return self.database.query(query, *values)


def _posted_at(message: Message) -> datetime:
    return message.posted_at


def _number(message: Message) -> int:
    return message.number
