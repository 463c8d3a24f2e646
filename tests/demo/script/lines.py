"""The script as values: the actions of its people, and what readers see at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import yaml

SCRIPT = Path(__file__).with_name("script.yaml")
TIP = "tip"
"""The name of the tip itself in lines that answer it."""


class Place(Enum):
    """The place of a line."""

    MASTODON = "mastodon"
    X = "x"
    BLUESKY = "bluesky"
    THREADS = "threads"
    SITE = "site"
    OPERATOR = "operator"
    """by the bot's operator, with `tipsbot reply`"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One action of a person."""

    id: str
    place: Place
    who: str
    #: Seconds after the line before.
    after: float
    text: str = ""
    #: The line that is answered, or TIP; None calls the bot outside of its threads.
    to: str | None = None
    #: Mastodon's content warning.
    warning: str = ""
    #: The line whose text this one replaces.
    edits: str | None = None
    #: The line that this one deletes.
    deletes: str | None = None

    @property
    def words(self) -> str:
        """The text up to its first link; pages and networks show links differently."""
        return self.text.partition("https://")[0].strip()


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """The public texts at the end of the script."""

    #: On the tip's page.
    shown: tuple[str, ...]
    #: Deleted or replaced: on no page.
    gone: tuple[str, ...]
    #: Said to the bot outside of its threads: in the log, under no tip.
    calls: tuple[str, ...]


def read(path: Path = SCRIPT) -> list[Line]:
    """The lines of a script, in order. A change is made by its author, in the same place."""
    lines: dict[str, Line] = {}
    for given in yaml.safe_load(path.read_text(encoding="utf-8")):
        if changed := lines.get(given.get("edits") or given.get("deletes")):
            line = Line(**given, place=changed.place, who=changed.who, to=changed.to)
        else:
            line = Line(**{**given, "place": Place(given["place"])})
        lines[line.id] = line
    return list(lines.values())


def speakers(lines: Iterable[Line], place: Place) -> list[str]:
    """The people of a place, each once."""
    return list(dict.fromkeys(line.who for line in lines if line.place is place))


def ending(lines: Sequence[Line]) -> Ending:
    """The texts after the edits and deletions of a script."""
    texts: dict[str, str] = {}
    gone: list[str] = []
    for line in lines:
        if changed := line.edits or line.deletes:
            gone.append(texts.pop(changed))
        if line.deletes is None:
            texts[line.edits or line.id] = line.words
    calls = {line.id for line in lines if not (line.to or line.edits or line.deletes)}
    return Ending(
        shown=tuple(text for name, text in texts.items() if name not in calls),
        gone=tuple(gone),
        calls=tuple(text for name, text in texts.items() if name in calls),
    )
