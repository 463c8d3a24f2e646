"""What is told to those who have a page open: each entry that changed, as it stands now."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from bot.core.discussion.outline import Outline
from bot.core.model.entry import EntryEvent
from bot.core.ports.unit_of_work import UnitOfWork
from bot.web.content.public_entries import VisibleEntries
from bot.web.content.queries import home_of, networks_of, talks
from bot.web.dependencies import SiteDependencies
from bot.web.pages.cards import card
from bot.web.pages.comments import anchor, needed, remarks

LINES_MAX = 1000
"""So many lines of the history are looked through for somebody who comes back."""

BACKLOG_MAX = 100
"""Who missed more lines of the history than this is asked to load the page again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One thing to tell. Whoever was told it knows the history up to that line, and maybe more."""

    line: int
    told: Mapping[str, object]

    def encoded(self) -> bytes:
        """As a server-sent event."""
        return f"id: {self.line}\ndata: {json.dumps(self.told)}\n\n".encode()


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveMessages:
    """Makes messages of lines of the history. A message repeated changes nothing on a page."""

    site: SiteDependencies

    def last(self) -> int:
        """The history's last line."""
        with self.site.store.reading() as tx:
            return tx.log.last_event()

    def lines(self, after: int, limit: int) -> Sequence[EntryEvent]:
        """The lines after this one."""
        with self.site.store.reading() as tx:
            return tx.log.events(after, limit)

    def missed(self, tip: str | None, after: int) -> list[Message]:
        """What somebody missed who saw the page of a tip, or the index, as of a line."""
        with self.site.store.reading() as tx:
            last = tx.log.last_event()
            if after >= last:
                return []
            lines = tx.log.events(after, LINES_MAX + 1, tip)
            told = self._seen(tx, lines)
        if len(told) > BACKLOG_MAX or len(lines) > LINES_MAX:
            return [Message(line=last, told={"reload": True})]
        return self.of(tip, lines)

    def of(self, tip: str | None, lines: Sequence[EntryEvent]) -> list[Message]:
        """What these lines mean for the page of a tip, or for the index."""
        if tip is None:
            return self._of_all(lines)
        with self.site.store.reading() as tx:
            newest = {line.entry: line.id for line in self._seen(tx, lines) if line.tip == tip}
            if not newest:
                return []
            outline, _ = VisibleEntries(self.site, tx).outline(tip)
            told = [
                (entry, self._entry(tx, tip, outline, entry))
                for entry in _in_order(outline, newest)
            ]
        found = [(newest[entry], {**one, "count": outline.count}) for entry, one in told if one]
        known = _known_by([line for line, _ in found])
        return [Message(line=line, told=one) for line, (_, one) in zip(known, found, strict=True)]

    def _seen(self, tx: UnitOfWork, lines: Sequence[EntryEvent]) -> list[EntryEvent]:
        """The lines about entries that everybody may read now, or could before one of them.

        Of all others nobody is told anything, not even that they are there.
        """
        unlisted = self.site.config().bot.show_unlisted
        before = {line.entry for line in lines if line.was_shown(unlisted=unlisted)}
        now = tx.public_entries.including_unlisted(unlisted=unlisted).readable(
            {line.entry for line in lines}
        )
        return [line for line in lines if line.entry in before | now]

    def _entry(
        self, tx: UnitOfWork, tip: str, outline: Outline, number: int
    ) -> Mapping[str, object] | None:
        """Where an entry stands and how it looks; or that it is gone."""
        config = self.site.config()
        home = home_of(config)
        line = outline.line_of(number)
        if line is None:
            entry = tx.log.get(number)
            return None if entry is None else {"anchor": anchor(entry, home), "html": ""}
        before = [line - 1] if line else []
        entries = VisibleEntries(self.site, tx).several(needed(outline, [*before, line]))
        page = self.site.pages.get(tip)
        if page is None:
            return None
        (remark,) = remarks(
            outline, [line], entries, networks_of(tx, config, entries.values()), home
        )
        html = self.site.renderer.fragment(
            "fragment.html", up="../", each=remark, card=card(page, config)
        )
        return {
            "anchor": remark.place.anchor,
            "after": anchor(entries[outline.ids[line - 1]], home) if before else None,
            "depth": remark.depth,
            "html": html,
        }

    def _of_all(self, lines: Sequence[EntryEvent]) -> list[Message]:
        """The tips that are talked about now, if any line is about a tip."""
        with self.site.store.reading() as tx:
            if not any(line.tip for line in self._seen(tx, lines)):
                return []
            found = talks(self.site, tx, self.site.config())
        html = self.site.renderer.fragment("talks.html", up="./", talks=found)
        return [Message(line=lines[-1].id, told={"talks": html})]


def _known_by(lines: Sequence[int]) -> list[int]:
    """Up to which line the history is known after each of the messages that tell these lines.

    They come in the order of the page: who leaves in between knows nothing after the first line
    that was not told yet.
    """
    missing = [*accumulate(reversed(lines), min)][::-1][1:]
    return [next_missing - 1 for next_missing in missing] + [max(lines)] if lines else []


def _in_order(outline: Outline, entries: Collection[int]) -> list[int]:
    """These entries as they stand on the page, so that each finds the one before it there."""
    places = {entry: line for line, entry in enumerate(outline.ids) if entry in entries}
    return sorted(entries, key=lambda entry: (places.get(entry, -1), entry))
