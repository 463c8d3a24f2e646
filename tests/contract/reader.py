"""Reads mentions as the bot does: by cursor, step by step, each entry once."""

from __future__ import annotations

from bot.core.model.entry import Entry
from bot.core.ports.platform import Listener

MOST_STEPS = 100


class Reader:
    """Keeps the cursor and the entries. A step may return known entries again."""

    def __init__(self, listener: Listener, cursor: str | None = None) -> None:
        self.cursor = cursor
        self.heard: dict[str, Entry] = {}
        self._listener = listener

    def step(self) -> bool:
        """Read one batch; whether there are more."""
        batch = self._listener.poll(self.cursor)
        assert not batch.unheard
        for entry in batch.entries:
            assert self.heard.setdefault(entry.remote_id, entry) == entry, (
                "returned with other content"
            )
        self.cursor = batch.cursor
        return batch.more

    def listen(self) -> list[Entry]:
        """Read to the end; returns the new entries."""
        known = set(self.heard)
        steps = 1
        while self.step():
            steps += 1
            assert steps < MOST_STEPS, "listening never comes to its end"
        return [entry for remote_id, entry in self.heard.items() if remote_id not in known]
