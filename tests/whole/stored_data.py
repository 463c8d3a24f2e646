"""Reads the bot's database directly."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.core.model.delivery import State


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredDelivery:
    """One delivery as stored."""

    id: int
    slot: str
    account: str
    tip: str | None
    text: str
    key: str
    state: State
    attempt: int
    remote_id: str | None
    reason: str | None
    acts_at: datetime

    @property
    def attempt_id(self) -> tuple[int, int]:
        """The delivery's id and the number of its attempt."""
        return self.id, self.attempt


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredData:
    """The database in a data directory."""

    data: Path

    def deliveries(self) -> list[StoredDelivery]:
        """Every delivery, oldest first; none before the first start."""
        return [_delivery(row) for row in self.rows("SELECT * FROM delivery ORDER BY id")]

    def sending(self) -> list[StoredDelivery]:
        """The deliveries that are being sent: claimed, without an outcome."""
        return [one for one in self.deliveries() if one.state is State.SENDING]

    def posted(self) -> list[StoredDelivery]:
        """The deliveries that are recorded as posted."""
        return [one for one in self.deliveries() if one.state is State.POSTED]

    def slots(self, schedule: str) -> list[datetime]:
        """The times of a schedule's slots that have an outcome, in order."""
        rows = self.rows("SELECT due FROM slot WHERE schedule = ? ORDER BY due", schedule)
        return [_moment(row["due"]) for row in rows]

    def known_schedules(self) -> set[str]:
        """The names of the schedules that the bot has recorded."""
        return {row["name"] for row in self.rows("SELECT name FROM schedule")}

    def planned(self) -> dict[str, set[str]]:
        """The planned slots, each with the accounts of its deliveries."""
        rows = self.rows(
            "SELECT slot.name, delivery.account FROM slot LEFT JOIN delivery"
            " ON delivery.slot = slot.name WHERE slot.outcome = 'planned'"
        )
        found: dict[str, set[str]] = {}
        for row in rows:
            found.setdefault(row["name"], set()).add(row["account"])
        return found

    def pages(self) -> dict[str, str]:
        """The site's pages: key and text."""
        return {
            row["key"]: json.loads(row["post"])["text"] for row in self.rows("SELECT * FROM page")
        }

    def entries(self) -> list[tuple[str, str, int]]:
        """Account, remote id and number of each entry of a person in the log."""
        rows = self.rows("SELECT * FROM entry WHERE NOT ours ORDER BY id")
        return [(row["account"], row["remote_id"], row["id"]) for row in rows]

    def is_intact(self) -> bool:
        """Whether SQLite's integrity check passes."""
        return [tuple(row) for row in self.rows("PRAGMA integrity_check")] == [("ok",)]

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """The rows of a query; none before the first start."""
        if not (self.data / "tipsbot.db").exists():
            return []
        with self._open() as database:
            return database.execute(query, values).fetchall()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.data / "tipsbot.db", timeout=20)) as database:
            database.row_factory = sqlite3.Row
            yield database


def _delivery(row: Any) -> StoredDelivery:
    post = json.loads(row["post"])
    return StoredDelivery(
        **{name: row[name] for name in ("id", "slot", "account", "tip", "attempt", "remote_id")},
        reason=row["reason"],
        text=post["text"],
        key=post["key"],
        state=State(row["state"]),
        acts_at=_moment(row["lease_until"] or row["not_before"]),
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
