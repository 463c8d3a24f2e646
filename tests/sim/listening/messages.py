"""The messages that people posted: the truth that the log is compared with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

MARK = re.compile(r"zq(\d+)v(\d+)z")


@dataclass(kw_only=True)
class Message:
    """One message of a person on a network."""

    number: int
    account: str
    id: str
    who: str
    #: when anybody could first read it, by true time
    posted_at: datetime
    #: the message that it answers
    to: str | None = None
    #: the bot's post at the top of its thread; None in other threads
    root: str | None = None
    mentions_bot: bool = True
    is_private: bool = False
    #: how many versions there are
    versions: int = 1
    gone_at: datetime | None = None
    #: nobody edits or deletes it
    is_unchangeable: bool = False

    @property
    def is_expected(self) -> bool:
        """Whether the bot can read it and has to log it."""
        return self.mentions_bot or self.root is not None

    @property
    def mark(self) -> str:
        """The mark in its current text, which is in no other text."""
        return mark(self.number, self.versions - 1)


def mark(number: int, version: int) -> str:
    """The mark in the text of this version."""
    return f"zq{number}v{version}z"


def marked(text: str) -> list[tuple[int, int]]:
    """The number and version of every message of which a text has the mark."""
    return [(int(found[1]), int(found[2])) for found in MARK.finditer(text)]
