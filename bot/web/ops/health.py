"""What the bot says about itself to whoever watches over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """Whether the bot works, and facts that anybody may read (names, counts and times as text)."""

    ok: bool
    facts: Mapping[str, object] = field(default_factory=dict)
