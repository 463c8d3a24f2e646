"""The discussion as text, Markdown or JSON lines. All words in it are untrusted."""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.cells import cell_len, chop_cells

from bot.app.discussion.by_tip import discussions, title_of, unanswered
from bot.app.discussion.exports import markdown
from bot.app.discussion.exports.records import Source, record
from bot.app.discussion.public_view import FreshnessFilter
from bot.core.datetimes import iso
from bot.core.model.entry import Change, Entry, EntryEvent, Standing, Visibility
from bot.core.ports.unit_of_work import UnitOfWork
from bot.core.text.lookalikes import passes_for_bot
from bot.core.text.markup.inline_markup import warning_line
from bot.core.text.sanitize import shown, shown_lines

AT_ONCE = 500
"""How many events are read in one transaction."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LogFormatter:
    """Writes the discussion in one form.

    Text is for the operator: it has everything that is stored. Markdown and JSON lines are those
    of the exports: they have what everybody may read.
    """

    #: `text`, `markdown` or `jsonl`
    form: str
    withholder: FreshnessFilter
    now: Callable[[], datetime]
    #: only entries of this tip
    tip: str | None = None
    #: only entries since this moment
    begin: datetime | None = None
    #: the most cells of a terminal that a line of text takes
    width: int | None = None
    #: only entries that nobody answered
    unanswered: bool = False

    @property
    def shows_everything(self) -> bool:
        """Whether the whole log is shown on a terminal."""
        is_filtered = self.unanswered or self.tip is not None or self.begin is not None
        return self.width is not None and not is_filtered

    def whole(self, tx: UnitOfWork) -> tuple[int, list[str]]:
        """All entries, in threads, and the number of the last event that they include."""
        if self.form == "text":
            entries = self._fresh(tx, tx.log.entries(tip=self.tip, since=self.begin))
        else:
            entries = list(self._source(tx).entries(tip=self.tip, since=self.begin))
        open_ = unanswered(entries)
        if self.unanswered:
            entries = [entry for entry in entries if entry.id in open_]
        return tx.log.last_event(), list(self._threads(entries, open_))

    def after(self, tx: UnitOfWork, seen: int) -> tuple[int, list[str]]:
        """The events after the one numbered `seen`, and the number of the last."""
        events = tx.log.events(seen, AT_ONCE)
        lines = [
            line
            for event in events
            if (known := tx.log.get(event.entry)) and self.tip in (None, known.tip)
            if self._is_told(tx, event, known)
            for entry in self._fresh(tx, [known])
            for line in self._event(event, entry)
        ]
        return events[-1].id if events else seen, lines

    def _is_told(self, tx: UnitOfWork, event: EntryEvent, entry: Entry) -> bool:
        """Whether a line tells of the event: in text all, else what everybody may or could read."""
        if self.form == "text":
            return event.change is Change.DELETED or entry.is_legible
        if event.change is Change.DELETED:
            return event.was_shown(unlisted=self.withholder.config.bot.show_unlisted)
        return bool(self._source(tx).shown.readable([entry.id]))

    def _source(self, tx: UnitOfWork) -> Source:
        return Source(tx=tx, withholder=self.withholder, now=self.now())

    def _fresh(self, tx: UnitOfWork, entries: Sequence[Entry]) -> list[Entry]:
        """The entries without words that may not be shown now; text keeps and marks these."""
        public = self.withholder.shown(tx, entries, self.now())
        if self.form != "text":
            return public
        pairs = zip(entries, public, strict=True)
        return [replace(entry, withheld=one.withheld) for entry, one in pairs]

    def _threads(self, entries: list[Entry], open_: Collection[int]) -> Iterator[str]:
        config = self.withholder.config
        if self.form == "jsonl":
            yield from (json.dumps(record(entry, config.kinds)) for entry in entries)
            return
        for tip, found in discussions(entries):
            if self.form == "markdown":
                yield from markdown.section(config, tip, found)
                continue
            title = shown(title_of(config, tip))
            yield title if tip is None else f"{title}  [{shown(tip)}]"
            for depth, entry in found:
                yield from self._text(entry, min(depth, markdown.DEEPEST), entry.id in open_)
            yield ""

    def _event(self, event: EntryEvent, entry: Entry) -> Iterator[str]:
        """An entry as it is now, with the event."""
        if self.form == "jsonl":
            what = {"event": event.id, "change": event.change.value, "noticed_at": iso(event.at)}
            yield json.dumps(record(entry, self.withholder.config.kinds) | what)
        elif self.form == "markdown":
            yield from markdown.item(entry)
        else:
            change = f", {event.change.value}" if event.change is not Change.CREATED else ""
            yield f"{shown(entry.tip) if entry.tip else 'under no tip'}{change}:"
            yield from self._text(entry)

    def _text(self, entry: Entry, depth: int = 0, is_open: bool = False) -> Iterator[str]:
        """One entry: author, account and time, then its words."""
        zone = ZoneInfo(self.withholder.config.bot.timezone)
        when = f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M %Z}"
        indent = "  " * (depth + 1)
        marks = "".join(f", {mark}" for mark in self._marks(entry, is_open))
        yield f"{indent}{entry.id}. {shown(_who(entry))} on {shown(entry.account)}, {when}{marks}"
        words = shown_lines(entry.text).splitlines()
        for line in [shown(warning_line(entry.warning)), *words] if entry.warning else words:
            room = None if self.width is None else max(self.width - len(indent) - 3, 20)
            for piece in [line] if room is None else wrapped(line, room):
                yield f"{indent}   {piece}".rstrip()

    def _marks(self, entry: Entry, is_open: bool) -> Iterator[str]:
        bot = self.withholder.config.bot
        alike = not entry.ours and passes_for_bot(entry.author.called, bot)
        marks = {
            "the bot": entry.ours and entry.is_legible,
            "not the bot": alike and entry.is_legible,
            "edited": entry.edited_at is not None,
            "unlisted": entry.visibility is Visibility.UNLISTED,
            "withheld": entry.withheld,
            entry.standing.value: entry.standing is not Standing.SHOWN and entry.is_legible,
            "unanswered": is_open,
        }
        return (mark for mark, holds in marks.items() if holds)


def _who(entry: Entry) -> str:
    """`Name (@handle)`, or the part of it that is known, or why there is no author."""
    if not entry.is_legible:
        return "(deleted)" if entry.deleted_at is not None else "(private)"
    author = entry.author
    name = author.called or "someone"
    return f"{name} ({author.handle_beside})" if author.handle_beside else name


def wrapped(line: str, width: int) -> list[str]:
    """The line in pieces of at most `width` cells of a terminal, parted at blanks if possible."""
    if cell_len(line) <= width:
        return [line]
    pieces, piece, room = [], "", width
    for word in line.split(" "):
        for part in [word] if cell_len(word) <= width else chop_cells(word, width):
            cells = cell_len(part)
            if piece and cells > room:
                pieces.append(piece)
                piece, room = "", width
            blank = " " if piece else ""
            piece, room = f"{piece}{blank}{part}", room - cells - 1
    return [*pieces, piece]
