"""The discussion as everybody may see it now, and a cache of its outlines and counts.

To make the outline of ten thousand entries takes a tenth of a second; a page shows a hundred of
them. The history of the discussion tells which tips changed.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeAlias

from bot.core.discussion.outline import Outline, outline
from bot.core.discussion.search_query import Term
from bot.core.model.entry import Entry
from bot.core.ports.discussion_store import Tally
from bot.core.ports.unit_of_work import UnitOfWork

OUTLINES_MAX = 200
TALLIES_MAX = 20_000
CHANGES_MAX = 1000
"""Lines of the history that are read to find out what changed; after more, all is read anew."""

_Key: TypeAlias = tuple[str, bool]
"""A tip, and whether unlisted entries are shown."""


@dataclass(kw_only=True, slots=True)
class OutlineCache:
    """Outlines and counts of tips, by tip; thread-safe."""

    _last: int = 0
    _changed: dict[str, int] = field(default_factory=dict)
    _invalid_before: int = 0
    _outlines: OrderedDict[_Key, tuple[Outline, int]] = field(default_factory=OrderedDict)
    _tallies: OrderedDict[_Key, tuple[Tally | None, int]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def outline(self, tx: UnitOfWork, tip: str, *, unlisted: bool) -> tuple[Outline, int]:
        """The outline of a tip's discussion, and the line of the history up to which it is true."""
        line, key = self._update(tx), (tip, unlisted)
        with self._lock:
            known = self._outlines.get(key)
            if known is not None and self._is_fresh(tip, known[1]):
                self._outlines.move_to_end(key)
                return known[0], line if line - known[1] > CHANGES_MAX else known[1]
        made = outline(tx.public_entries(unlisted=unlisted).stubs(tip))
        with self._lock:
            self._outlines[key] = (made, line)
            _shorten(self._outlines, OUTLINES_MAX)
        return made, line

    def tallies(
        self, tx: UnitOfWork, tips: Sequence[str], *, unlisted: bool
    ) -> Mapping[str, Tally]:
        """How many entries each of these tips has, and when the last was written."""
        line = self._update(tx)
        with self._lock:
            known = {tip: self._tallies.get((tip, unlisted)) for tip in tips}
        fresh = {tip: one[0] for tip, one in known.items() if one and self._is_fresh(tip, one[1])}
        missing = [tip for tip in tips if tip not in fresh]
        found = tx.public_entries(unlisted=unlisted).tallies(missing) if missing else {}
        with self._lock:
            for tip in missing:
                self._tallies[tip, unlisted] = (found.get(tip), line)
            _shorten(self._tallies, TALLIES_MAX)
        return {tip: tally for tip, tally in fresh.items() if tally is not None} | dict(found)

    def _update(self, tx: UnitOfWork) -> int:
        """Note which tips changed since the last time; returns the history's last line."""
        last = tx.log.last_event()
        with self._lock:
            known = self._last
        if last <= known:
            return last
        lines = tx.log.events(known, CHANGES_MAX) if last - known <= CHANGES_MAX else ()
        with self._lock:
            for event in lines:
                if event.tip is not None:
                    self._changed[event.tip] = max(event.id, self._changed.get(event.tip, 0))
            if not lines:
                self._invalid_before = max(self._invalid_before, last)
                self._changed.clear()
            self._last = max(self._last, last)
        return last

    def _is_fresh(self, tip: str, line: int) -> bool:
        """Whether nothing happened under the tip after this line of the history."""
        return line >= max(self._changed.get(tip, 0), self._invalid_before)


def _shorten(known: OrderedDict[_Key, Any], most: int) -> None:
    """Drop the least recently used."""
    while len(known) > most:
        known.popitem(last=False)


class VisibleEntries:
    """The discussion as the public sees it, in one transaction.

    `fresh` replaces words that must not be shown any more on their network's terms.
    """

    def __init__(
        self,
        tx: UnitOfWork,
        cache: OutlineCache,
        fresh: Callable[[Iterable[Entry]], list[Entry]],
        *,
        unlisted: bool,
    ) -> None:
        self._tx = tx
        self._cache = cache
        self._fresh = fresh
        self._unlisted = unlisted
        self._shown = tx.public_entries(unlisted=unlisted)

    def outline(self, tip: str) -> tuple[Outline, int]:
        """The outline of a tip's discussion, and the line of the history up to which it is true."""
        return self._cache.outline(self._tx, tip, unlisted=self._unlisted)

    def tallies(self, tips: Sequence[str]) -> Mapping[str, Tally]:
        """How many entries each of these tips has, and when the last was written."""
        return self._cache.tallies(self._tx, tips, unlisted=self._unlisted)

    def several(self, ids: Iterable[int]) -> Mapping[int, Entry]:
        """These entries by number."""
        return {one.id: one for one in self._fresh(self._shown.several(ids).values())}

    def newest(self, limit: int, tip: str | None = None) -> Sequence[Entry]:
        """The newest entries under any tip, or under this one, newest first."""
        return self._fresh(self._shown.newest(limit, tip))

    def search(
        self, wanted: Sequence[Term], limit: int, before: int | None = None
    ) -> Sequence[Entry]:
        """Entries that have all these terms; one that is withheld comes without its words."""
        return self._fresh(self._shown.search(wanted, limit, before))
