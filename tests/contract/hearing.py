"""Listening as the bot does it: by cursor, step by step, each entry once."""

from __future__ import annotations

from bot.core.model.entry import Entry
from bot.core.ports.platform import Listener

MOST_STEPS = 100


class Ears:
    """Keeps the cursor and what was heard. A step may tell again what an earlier one told."""

    def __init__(self, listener: Listener, cursor: str | None = None) -> None:
        self.cursor = cursor
        self.heard: dict[str, Entry] = {}
        self._listener = listener

    def step(self) -> bool:
        """Take in one batch; whether there is more."""
        batch = self._listener.poll(self.cursor)
        assert not batch.unheard
        for entry in batch.entries:
            assert self.heard.setdefault(entry.remote_id, entry) == entry, "told another way"
        self.cursor = batch.cursor
        return batch.more

    def listen(self) -> list[Entry]:
        """Take in all that there is; returns what was not heard before."""
        known = set(self.heard)
        steps = 1
        while self.step():
            steps += 1
            assert steps < MOST_STEPS, "listening never comes to its end"
        return [entry for remote_id, entry in self.heard.items() if remote_id not in known]
