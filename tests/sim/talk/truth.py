"""What must hold, checked after every step against what was really said."""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from bot.store.database import FILE
from tests.sim.talk.exchange import Exchange
from tests.sim.talk.instance import Instance
from tests.sim.talk.people import Network, People
from tests.sim.talk.said import Said, marked
from tests.sim.timeline import Timeline
from tests.sim.truth import Broken

BOOK = "discussion.jsonl"
REACH = 700
"""So many newer mentions, and a little, hide an older one on X; it shows 800."""
LISTENED = timedelta(hours=1)
"""So long, at most, a list can be read that stopped in the middle."""
LONG = 5000
"""An answer with so many statuses may be too large to be read."""
SEARCHED = timedelta(days=6, hours=23)
"""A little less than X's search reaches back."""
LOOKED_AT = timedelta(days=6)
"""So long, and a little, entries of X are looked at again; then their words are withheld."""


class Row(NamedTuple):
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
        """What identifies it for good."""
        return self.account, self.remote_id

    @property
    def tells(self) -> bool:
        """Whether any word or name is kept of it."""
        return bool(self.text or self.html or self.author)


@dataclass
class Truth:
    """Compares the bot's log with what was said."""

    people: People
    networks: Mapping[str, Network]
    time: Timeline
    data: Path
    told: list[tuple[datetime, str]] = field(default_factory=list)
    """When and on which account the bot said that something cannot be heard."""
    _versions: dict[tuple[str, str], int] = field(default_factory=dict)
    _erased: set[tuple[str, str]] = field(default_factory=set)
    listed: dict[str | None, list[datetime]] = field(default_factory=dict)
    """When what X lists below each post of ours, or (None) as mentions, was read and kept."""
    _named: dict[str, list[Said]] = field(default_factory=dict)
    """The mentions of each account, in their order"""
    _seen_event: int = 0
    _changes: dict[int, list[str]] = field(default_factory=dict)
    _memory: sqlite3.Connection | None = None

    def close(self) -> None:
        """Let go of the database."""
        if self._memory is not None:
            self._memory.close()
            self._memory = None

    def heard(self, account: str) -> int:
        """How many entries there are of an account."""
        return int(self._ask("SELECT count(*) FROM entry WHERE account = ?", account)[0][0])

    # What must hold after every step.

    def check(self) -> None:
        """Everything once, nothing private, nothing back, no version older than before."""
        by_name = {(one.account, one.id): one for one in self.people.said}
        for row in self._rows():
            said = by_name.get(row.name)
            if said is None:
                self._check_unknown(row)
            else:
                self._check_row(row, said)
        self._check_history()

    def _check_unknown(self, row: Row) -> None:
        """Only our own words, and somebody's wish to be forgotten, are nobody's."""
        if row.tells:
            raise Broken(f"{row.name} was never said: {row.text[:60]!r}")

    def _check_row(self, row: Row, said: Said) -> None:
        found = {number for number, _ in marked(row.text + row.html)}
        if found - {said.number}:
            raise Broken(f"{row.name} has the words of another: {row.text[:60]!r}")
        if said.is_private and row.tells:
            raise Broken(f"{row.name} is private, and something of it is kept")
        if row.tells and row.name in self._erased:
            raise Broken(f"{row.name} has come back")
        if not row.tells:
            self._erased.add(row.name)
            return
        version = max((version for _, version in marked(row.text)), default=0)
        if version < self._versions.get(row.name, 0):
            raise Broken(f"{row.name} went back to version {version}")
        self._versions[row.name] = version

    def _check_history(self) -> None:
        """Each entry is created once, is edited only while it is there, and ends once."""
        for number, entry, change in self._ask(
            "SELECT id, entry, change FROM entry_event WHERE id > ? ORDER BY id", self._seen_event
        ):
            self._seen_event = number
            before = self._changes.setdefault(entry, [])
            if (change == "created") is bool(before):
                raise Broken(f"entry {entry} is {change} after {before}")
            if "deleted" in before and change in {"edited", "deleted"}:
                raise Broken(f"entry {entry} is {change} after its end")
            before.append(change)

    # What must hold at the end, when nothing goes wrong any more.

    def check_end(self) -> None:
        """Nothing is missing but what a network cannot give back, which was said; all is current."""
        rows = {row.name: row for row in self._rows()}
        self._named = {
            name: [one for one in self.people.said if one.account == name and one.names_us]
            for name in self.networks
        }
        for said in self.people.said:
            row = rows.get((said.account, said.id))
            if row is not None:
                self._check_current(row, said)
            elif self._is_due(said):
                self._check_missing(said)
        self._check_unheard()
        self._check_book()
        self._check_favours()

    def _is_due(self, said: Said) -> bool:
        forgotten = (said.account, said.who) in self.people.forgotten
        return said.is_for_us and said.gone_at is None and not said.is_private and not forgotten

    def _check_missing(self, said: Said) -> None:
        """X shows 800 mentions, and searches seven days: what lies behind that is told to be lost.

        What a server can show nobody is lost without a word.
        """
        network = self.networks[said.account]
        if not said.names_us and self._hangs_in_the_air(said):
            return
        if not isinstance(network, Exchange):
            raise Broken(f"{said} was never heard")
        named = self._named[said.account]
        listed_at = self._next_list(said)
        until = bisect_right(named, listed_at + LISTENED, key=_said_at)
        later = until - bisect_right(named, said.number, key=_number)
        hidden = later >= REACH if said.names_us else listed_at - said.said_at > SEARCHED
        told = any(at > said.said_at for at, account in self.told if account == said.account)
        if not hidden or not told:
            raise Broken(f"{said} was never heard; {later} came later; told: {told}")

    def _next_list(self, said: Said) -> datetime:
        """When what it is among was read for the first time after it was said."""
        times = self.listed.get(None if said.names_us else said.root, [])
        place = bisect_right(times, said.said_at)
        return times[place] if place < len(times) else self.time.true

    def _hangs_in_the_air(self, said: Said) -> bool:
        """Whether the server can show nobody the thread in which it stands."""
        network = self.networks[said.account]
        return isinstance(network, Instance) and said.root in network.poisoned

    def _check_current(self, row: Row, said: Said) -> None:
        where = f"{row.name} ({said})"
        gone = said.gone_at is not None or self._wants_nothing(said) or said.is_private
        if gone:
            if row.tells and not self._is_withheld(said):
                raise Broken(f"{where} is gone, and its words are kept: {row.text[:60]!r}")
            return
        if not row.tells:
            raise Broken(f"{where} stands, and has no words: {row}")
        if said.mark not in row.text and not self._is_withheld(said):
            raise Broken(f"{where} has old words: {row.text[:60]!r}")
        if row.in_reply_to != said.to:
            raise Broken(f"{where} answers {row.in_reply_to}")
        if said.who not in row.author:
            raise Broken(f"{where} is said by {row.author}")
        if row.tip != self._tip(said) and not self._hangs_in_the_air(said):
            raise Broken(f"{where} stands under {row.tip}, not under {self._tip(said)}")

    def _wants_nothing(self, said: Said) -> bool:
        return (said.account, said.who) in self.people.forgotten

    def _is_withheld(self, said: Said) -> bool:
        """Whether X is not asked for it any more, so that nobody is shown its words."""
        is_on_x = isinstance(self.networks[said.account], Exchange)
        return is_on_x and self.time.true - said.said_at > LOOKED_AT

    def _tip(self, said: Said) -> str | None:
        """The tip of the post of ours below which it stands."""
        found = self._ask(
            "SELECT tip FROM delivery WHERE account = ? AND remote_id = ?",
            said.account,
            said.root or "",
        )
        return found[0][0] if found else None

    def _check_unheard(self) -> None:
        """Elsewhere nothing is said to be lost, but where a thread is longer than can be read."""
        for _, account in self.told:
            roots = Counter(said.root for said in self.people.said if said.account == account)
            is_short = max(roots.values(), default=0) < LONG
            if not isinstance(self.networks[account], Exchange) and is_short:
                raise Broken(f"{account} is said to have lost something")

    def _gone_numbers(self) -> set[int]:
        """The numbers of what may be in no file at all."""
        return {
            said.number
            for said in self.people.said
            if (said.gone_at is not None or said.is_private or self._wants_nothing(said))
            and not self._is_withheld(said)
        }

    def check_files(self) -> None:
        """Of what is gone nothing is in any file: the database, what it writes ahead, the log."""
        gone = self._gone_numbers()
        for file in sorted(self.data.iterdir()):
            if not file.is_file():
                continue
            text = file.read_bytes().decode("utf-8", errors="replace")
            kept = gone & {number for number, _ in marked(text)}
            if kept:
                raise Broken(f"{file.name} has words of what is gone: {sorted(kept)[:5]}")

    def _check_book(self) -> None:
        """The log file has each line of the history, once and in its order."""
        lines = [json.loads(line) for line in self._book_lines()]
        written = [(line["event"], line["entry"], line["change"]) for line in lines]
        history = self._ask("SELECT id, entry, change FROM entry_event ORDER BY id")
        if written != history:
            odd = next(
                (pair for pair in zip(written, history, strict=False) if len({*pair}) > 1), None
            )
            raise Broken(f"{BOOK}: {len(written)} lines of {len(history)}, first other: {odd}")

    def _book_lines(self) -> Iterator[str]:
        files = [*self.data.glob(f"{BOOK}.*"), self.data / BOOK]
        for file in sorted(files, key=lambda one: -len(one.name)):
            yield from file.read_text(encoding="utf-8").split("\n")[:-1]

    def _check_favours(self) -> None:
        """At most one a person and day, none of what was older than a day."""
        by_id = {(one.account, one.id): one for one in self.people.said}
        for account, network in self.networks.items():
            if isinstance(network, Exchange):
                continue
            first: dict[str, datetime] = {}
            for at, status in network.favours:
                first.setdefault(status, at)
            days: Counter[tuple[str, Any]] = Counter()
            for status, at in first.items():
                said = by_id[account, status]
                days[said.who, at.date()] += 1
                if at - said.said_at > timedelta(days=1, hours=1):
                    raise Broken(f"{said} was favoured a day late, at {at}")
            many = {name: times for name, times in days.items() if times > 1}
            if many:
                raise Broken(f"favoured more than once a day: {account} {many}")

    def _rows(self) -> list[Row]:
        found = self._ask(
            "SELECT account, remote_id, text, html, author_handle || author_name, tip,"
            " in_reply_to FROM entry WHERE NOT ours"
        )
        return [Row._make(row) for row in found]

    def _ask(self, query: str, *values: str | int) -> list[Any]:
        if self._memory is None:
            self._memory = sqlite3.connect(self.data / FILE)
        return self._memory.execute(query, values).fetchall()


def _said_at(said: Said) -> datetime:
    return said.said_at


def _number(said: Said) -> int:
    return said.number
