"""What the bot has written down, read from its database behind its back."""

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
class Written:
    """One delivery as it stands in the ledger."""

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
    def try_(self) -> tuple[int, int]:
        """Which delivery, and the how manieth attempt at it."""
        return self.id, self.attempt


@dataclass(frozen=True, kw_only=True, slots=True)
class Books:
    """The database in a data directory."""

    data: Path

    def deliveries(self) -> list[Written]:
        """Every delivery, oldest first; none before the bot has run."""
        return [_written(row) for row in self.rows("SELECT * FROM delivery ORDER BY id")]

    def sending(self) -> list[Written]:
        """What is claimed: intended, and without an outcome."""
        return [one for one in self.deliveries() if one.state is State.SENDING]

    def posted(self) -> list[Written]:
        """What is there, as far as the ledger knows."""
        return [one for one in self.deliveries() if one.state is State.POSTED]

    def slots(self, schedule: str) -> list[datetime]:
        """When the slots of a schedule were due, each with an outcome, in order."""
        rows = self.rows("SELECT due FROM slot WHERE schedule = ? ORDER BY due", schedule)
        return [_moment(row["due"]) for row in rows]

    def begun(self) -> set[str]:
        """The schedules that the bot has seen, and whose slots are due from then on."""
        return {row["name"] for row in self.rows("SELECT name FROM schedule")}

    def planned(self) -> dict[str, set[str]]:
        """The slots for which tips were picked, each with the accounts that it has deliveries for."""
        rows = self.rows(
            "SELECT slot.name, delivery.account FROM slot LEFT JOIN delivery"
            " ON delivery.slot = slot.name WHERE slot.outcome = 'planned'"
        )
        found: dict[str, set[str]] = {}
        for row in rows:
            found.setdefault(row["name"], set()).add(row["account"])
        return found

    def pages(self) -> dict[str, str]:
        """What the site has published: key and text."""
        return {
            row["key"]: json.loads(row["post"])["text"] for row in self.rows("SELECT * FROM page")
        }

    def heard(self) -> list[tuple[str, str, int]]:
        """Account and remote id of each entry in the log, with its number; the bot's own left out."""
        rows = self.rows("SELECT * FROM entry WHERE NOT ours ORDER BY id")
        return [(row["account"], row["remote_id"], row["id"]) for row in rows]

    def is_sound(self) -> bool:
        """Whether SQLite finds nothing wrong with the file."""
        return [tuple(row) for row in self.rows("PRAGMA integrity_check")] == [("ok",)]

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """What a query finds; nothing before the bot has run."""
        if not (self.data / "tipsbot.db").exists():
            return []
        with self._open() as database:
            return database.execute(query, values).fetchall()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.data / "tipsbot.db", timeout=20)) as database:
            database.row_factory = sqlite3.Row
            yield database


def _written(row: Any) -> Written:
    post = json.loads(row["post"])
    return Written(
        **{name: row[name] for name in ("id", "slot", "account", "tip", "attempt", "remote_id")},
        reason=row["reason"],
        text=post["text"],
        key=post["key"],
        state=State(row["state"]),
        acts_at=_moment(row["lease_until"] or row["not_before"]),
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
