"""What was really said, by whom, and what became of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

MARK = re.compile(r"zq(\d+)v(\d+)z")


@dataclass(kw_only=True)
class Said:
    """One thing that was said on a network, `versions` times over.

    `root` is the post of ours below which it stands, None where it stands elsewhere. `said_at` is
    when anybody could first read it, whatever its network says of that. One that `is_fixed` nobody
    edits or deletes.
    """

    number: int
    account: str
    id: str
    who: str
    said_at: datetime
    to: str | None = None
    root: str | None = None
    names_us: bool = True
    is_private: bool = False
    versions: int = 1
    gone_at: datetime | None = None
    is_fixed: bool = False

    @property
    def is_for_us(self) -> bool:
        """Whether the bot can and should hear it."""
        return self.names_us or self.root is not None

    @property
    def mark(self) -> str:
        """What its words hold now, and no other words ever do."""
        return mark(self.number, self.versions - 1)


def mark(number: int, version: int) -> str:
    """What the words of this version hold."""
    return f"zq{number}v{version}z"


def marked(text: str) -> list[tuple[int, int]]:
    """The number and the version of whatever was said of which a text holds words."""
    return [(int(found[1]), int(found[2])) for found in MARK.finditer(text)]
