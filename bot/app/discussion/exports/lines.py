"""JSON Lines: a record on each line, in plain ASCII."""

import json
from collections.abc import Iterator

from bot.app.discussion.exports.records import Source, record


def pieces(source: Source) -> Iterator[str]:
    """The export, a line at a time."""
    for entry in source.entries():
        yield json.dumps(record(entry, source.config.kinds)) + "\n"
