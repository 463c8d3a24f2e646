"""The messages to open pages: each entry that changed, as it is now."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from bot.core.discussion.outline import Outline
from bot.core.model.entry import EntryEvent
from bot.core.ports.unit_of_work import UnitOfWork
from bot.web.content.public_entries import VisibleEntries
from bot.web.content.queries import networks_of, recent_discussions
from bot.web.dependencies import SiteDependencies
from bot.web.pages.cards import card
from bot.web.pages.comments import anchor, needed, thread_views

LINES_MAX = 1000
"""Lines of the history that are read for a page that reconnects."""

MISSED_MAX = 100
"""A page that missed more lines of the history than this is asked to reload."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One message. A page that has it knows the history up to that line, and maybe more.

    A repeated message changes nothing on a page.
    """

    line: int
    data: Mapping[str, object]

    def encoded(self) -> bytes:
        """As a server-sent event."""
        return f"id: {self.line}\ndata: {json.dumps(self.data)}\n\n".encode()


def missed_messages(site: SiteDependencies, tip: str | None, after: int) -> list[Message]:
    """The messages for the page of a tip, or the index, that is true up to a line."""
    with site.store.reading() as tx:
        last = tx.log.last_event()
        if after >= last:
            return []
        lines = tx.log.events(after, LINES_MAX + 1, tip)
        public = _public(site, tx, lines)
    if len(public) > MISSED_MAX or len(lines) > LINES_MAX:
        return [Message(line=last, data={"reload": True})]
    return messages_of(site, tip, lines)


def messages_of(
    site: SiteDependencies, tip: str | None, lines: Sequence[EntryEvent]
) -> list[Message]:
    """The messages for the page of a tip, or for the index, about these lines of the history."""
    with site.store.reading() as tx:
        lines_seen = _public(site, tx, lines)
        if tip is None:
            is_about_tip = any(line.tip for line in lines_seen)
            return [_index_message(site, tx, lines[-1].id)] if is_about_tip else []
        newest = {line.entry: line.id for line in lines_seen if line.tip == tip}
        if not newest:
            return []
        visible = site.visible(tx)
        outline, _ = visible.outline(tip)
        count = outline.count
        found = [
            (newest[entry], {**data, "count": count})
            for entry in _in_page_order(outline, newest)
            if (data := _entry(site, tx, visible, tip, outline, entry))
        ]
    known = _known_after([line for line, _ in found])
    return [Message(line=line, data=data) for line, (_, data) in zip(known, found, strict=True)]


def _public(
    site: SiteDependencies, tx: UnitOfWork, lines: Sequence[EntryEvent]
) -> list[EntryEvent]:
    """The lines about entries that everybody may read now, or could read before one of them.

    Pages are told nothing about all others, not even that they exist.
    """
    unlisted = site.config().bot.show_unlisted
    before = {line.entry for line in lines if line.was_shown(unlisted=unlisted)}
    shown = tx.public_entries(unlisted=unlisted)
    public = before | shown.readable({line.entry for line in lines})
    return [line for line in lines if line.entry in public]


def _index_message(site: SiteDependencies, tx: UnitOfWork, line: int) -> Message:
    """The tips that are discussed now."""
    discussions = recent_discussions(site, tx, site.config())
    html = site.renderer.fragment("discussions.html", up="./", discussions=discussions)
    return Message(line=line, data={"talks": html})


def _entry(
    site: SiteDependencies,
    tx: UnitOfWork,
    visible: VisibleEntries,
    tip: str,
    outline: Outline,
    number: int,
) -> Mapping[str, object] | None:
    """The entry, and the anchor of the entry before it; or that it is gone."""
    config = site.config()
    networks = networks_of(tx, config)
    line = outline.line_of(number)
    if line is None:
        entry = tx.log.get(number)
        return None if entry is None else {"anchor": anchor(entry, networks.site), "html": ""}
    before = [line - 1] if line else []
    entries = visible.several(needed(outline, [*before, line]))
    page = site.pages.get(tip)
    if page is None:
        return None
    (comment,) = thread_views(outline, [line], entries, networks)
    html = site.renderer.fragment("fragment.html", up="../", each=comment, card=card(page, config))
    return {
        "anchor": comment.place.anchor,
        "after": anchor(entries[outline.ids[line - 1]], networks.site) if before else None,
        "depth": comment.depth,
        "html": html,
    }


def _known_after(lines: Sequence[int]) -> list[int]:
    """The line up to which the history is known after each of the messages about these lines.

    They are sent in the order of the page: a page that disconnects in between knows nothing after
    the first line that was not sent yet.
    """
    missing = [*accumulate(reversed(lines), min)][::-1][1:]
    return [next_missing - 1 for next_missing in missing] + [max(lines)] if lines else []


def _in_page_order(outline: Outline, entries: Iterable[int]) -> list[int]:
    """These entries in the order of the page, so that each finds the one before it there."""
    wanted = set(entries)
    places = {entry: line for line, entry in enumerate(outline.ids) if entry in wanted}
    return sorted(wanted, key=lambda entry: (places.get(entry, -1), entry))
