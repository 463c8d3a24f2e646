"""The shapes of discussions, remembered until something changes in them.

To make the outline of ten thousand entries takes a tenth of a second; a page shows a hundred of
them. What changed, the history of the discussion tells.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeAlias

from bot.core.discussion.outline import Outline, outline
from bot.core.ports.discussion_store import Tally
from bot.core.ports.unit_of_work import UnitOfWork

OUTLINES_MAX = 200
TALLIES_MAX = 20_000
FAR = 1000
"""So many lines of the history are read at most to find out what changed."""


_Name: TypeAlias = tuple[str, bool]
"""A tip, and whether what was said unlisted is shown."""


@dataclass(kw_only=True, slots=True)
class OutlineCache:
    """Outlines and tallies of tips, by tip; any thread may ask."""

    _seen: int = 0
    _changed: dict[str, int] = field(default_factory=dict)
    _forgotten: int = 0
    _outlines: OrderedDict[_Name, tuple[Outline, int]] = field(default_factory=OrderedDict)
    _tallies: OrderedDict[_Name, tuple[Tally | None, int]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, tx: UnitOfWork, tip: str, *, unlisted: bool) -> tuple[Outline, int]:
        """The outline of a tip's discussion, and the history's line up to which it is true."""
        line, name = self._follow(tx), (tip, unlisted)
        with self._lock:
            known = self._outlines.get(name)
            if known is not None and self._is_fresh(tip, known[1]):
                self._outlines.move_to_end(name)
                return known[0], line if line - known[1] > FAR else known[1]
        made = outline(tx.public_entries.including_unlisted(unlisted=unlisted).stubs(tip))
        with self._lock:
            self._outlines[name] = (made, line)
            _shorten(self._outlines, OUTLINES_MAX)
        return made, line

    def tallies(
        self, tx: UnitOfWork, tips: Sequence[str], *, unlisted: bool
    ) -> Mapping[str, Tally]:
        """How much was said under each of these tips, and when last."""
        line = self._follow(tx)
        with self._lock:
            known = {tip: self._tallies.get((tip, unlisted)) for tip in tips}
        fresh = {tip: one[0] for tip, one in known.items() if one and self._is_fresh(tip, one[1])}
        missing = [tip for tip in tips if tip not in fresh]
        found = (
            tx.public_entries.including_unlisted(unlisted=unlisted).tallies(missing)
            if missing
            else {}
        )
        with self._lock:
            for tip in missing:
                self._tallies[tip, unlisted] = (found.get(tip), line)
            _shorten(self._tallies, TALLIES_MAX)
        return {tip: tally for tip, tally in fresh.items() if tally is not None} | dict(found)

    def _follow(self, tx: UnitOfWork) -> int:
        """Learn what changed since the last time; the history's last line."""
        last = tx.log.last_event()
        with self._lock:
            seen = self._seen
        if last <= seen:
            return last
        lines = tx.log.events(seen, FAR) if last - seen <= FAR else ()
        with self._lock:
            for event in lines:
                if event.tip is not None:
                    self._changed[event.tip] = max(event.id, self._changed.get(event.tip, 0))
            if not lines:
                self._forgotten = max(self._forgotten, last)
                self._changed.clear()
            self._seen = max(self._seen, last)
        return last

    def _is_fresh(self, tip: str, line: int) -> bool:
        """Whether nothing happened under the tip after this line of the history."""
        return line >= max(self._changed.get(tip, 0), self._forgotten)


def _shorten(known: OrderedDict[_Name, Any], most: int) -> None:
    """Drop what was not asked for in the longest time."""
    while len(known) > most:
        known.popitem(last=False)
