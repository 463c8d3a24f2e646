"""JSON Lines: a record on each line, in plain ASCII."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bot.app.exports.records import public, record
from bot.core.config import Config
from bot.core.memory import Tx


def pieces(tx: Tx, config: Config) -> Iterator[str]:
    """The export, a line at a time."""
    for entry in public(tx):
        yield json.dumps(record(entry, config.kinds)) + "\n"
