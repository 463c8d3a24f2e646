"""The discussion as text, Markdown or JSON lines; everything in it is foreign."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.app.discussion.by_tip import discussions, title_of, unanswered
from bot.app.discussion.exports import markdown
from bot.app.discussion.exports.records import Source, record
from bot.app.discussion.public_view import FreshnessFilter
from bot.cli.terminal import wrapped
from bot.core.datetimes import iso
from bot.core.errors import UsageError
from bot.core.model.config import Config
from bot.core.model.entry import Change, Entry, EntryEvent, Standing, Visibility
from bot.core.ports.unit_of_work import UnitOfWork
from bot.core.text.inline_markup import warning_line
from bot.core.text.lookalikes import passes_for_bot
from bot.core.text.sanitize import shown, shown_lines

_AGE = re.compile(r"(\d{1,999})\s*([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
AT_ONCE = 500
"""So many events are told at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Teller:
    """Writes the discussion in one form: `text`, or as exports do `markdown` or `jsonl`.

    With a `width` no line of text is wider, in cells of a terminal.
    """

    form: str
    withholder: FreshnessFilter
    now: Callable[[], datetime]
    tip: str | None = None
    begin: datetime | None = None
    width: int | None = None
    #: only what nobody answered
    unanswered: bool = False

    @property
    def config(self) -> Config:
        """The bot's file."""
        return self.withholder.config

    def so_far(self, tx: UnitOfWork) -> tuple[int, list[str]]:
        """All that was said, in threads, and the number of the last event that is told by it."""
        entries = self._entries(tx)
        open_ = unanswered(entries)
        if self.unanswered:
            entries = [entry for entry in entries if entry.id in open_]
        return tx.log.last_event(), list(self._whole(entries, open_))

    def since(self, tx: UnitOfWork, seen: int) -> tuple[int, list[str]]:
        """What happened after the event numbered `seen`, each on its own."""
        events = tx.log.events(seen, AT_ONCE)
        told = [
            line
            for event in events
            if (known := tx.log.get(event.entry)) and self.tip in (None, known.tip)
            if event.change is Change.DELETED or self._may_be_told(tx, known)
            for entry in self._fresh(tx, [known])
            for line in self._alone(event, entry)
        ]
        return events[-1].id if events else seen, told

    def _entries(self, tx: UnitOfWork) -> list[Entry]:
        """In a terminal all entries; for other programs what everybody may read."""
        if self.form == "text":
            return self._fresh(tx, tx.log.entries(tip=self.tip, since=self.begin))
        return list(self._source(tx).entries(tip=self.tip, since=self.begin))

    def _may_be_told(self, tx: UnitOfWork, entry: Entry) -> bool:
        if self.form == "text":
            return entry.is_legible
        return bool(self._source(tx).shown.readable([entry.id]))

    def _source(self, tx: UnitOfWork) -> Source:
        return Source(tx=tx, withholder=self.withholder, now=self.now())

    def _fresh(self, tx: UnitOfWork, entries: Sequence[Entry]) -> list[Entry]:
        """The entries without words that may not be shown now; in a terminal these are marked."""
        shown = self.withholder.shown(tx, entries, self.now())
        if self.form != "text":
            return shown
        return [
            replace(entry, withheld=public.withheld)
            for entry, public in zip(entries, shown, strict=True)
        ]

    def _whole(self, entries: list[Entry], open_: Collection[int]) -> Iterator[str]:
        if self.form == "jsonl":
            yield from (json.dumps(record(entry, self.config.kinds)) for entry in entries)
            return
        for tip, found in discussions(entries):
            if self.form == "markdown":
                yield from markdown.section(self.config, tip, found)
            else:
                yield from self._section(tip, found, open_)

    def _section(
        self, tip: str | None, found: Sequence[tuple[int, Entry]], open_: Collection[int]
    ) -> Iterator[str]:
        """What was said about one tip, as text."""
        title = shown(title_of(self.config, tip))
        yield title if tip is None else f"{title}  [{shown(tip)}]"
        for depth, entry in found:
            yield from self._lines(entry, min(depth, markdown.DEEPEST), entry.id in open_)
        yield ""

    def _alone(self, event: EntryEvent, entry: Entry) -> Iterator[str]:
        """An entry as it is now, with what happened to it."""
        if self.form == "jsonl":
            what = {"event": event.id, "change": event.change.value, "noticed_at": iso(event.at)}
            yield json.dumps(record(entry, self.config.kinds) | what)
        elif self.form == "markdown":
            yield from markdown.item(entry)
        else:
            what_else = f", {event.change.value}" if event.change is not Change.CREATED else ""
            yield f"{shown(entry.tip) if entry.tip else 'under no tip'}{what_else}:"
            yield from self._lines(entry)

    def _lines(self, entry: Entry, depth: int = 0, is_open: bool = False) -> Iterator[str]:
        """One entry: who, where and when, then what was said."""
        zone = ZoneInfo(self.config.bot.timezone)
        when = f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M %Z}"
        indent = "  " * (depth + 1)
        marks = self._marks(entry) + (", unanswered" if is_open else "")
        yield f"{indent}{entry.id}. {shown(_who(entry))} on {shown(entry.account)}, {when}{marks}"
        for line in _words(entry):
            for piece in self._wrapped(line, len(indent) + 3):
                yield f"{indent}   {piece}".rstrip()

    def _marks(self, entry: Entry) -> str:
        """What else there is to know of an entry."""
        alike = not entry.ours and passes_for_bot(entry.author.called, self.config.bot)
        marks = {
            "the bot": entry.ours and entry.is_legible,
            "not the bot": alike and entry.is_legible,
            "edited": entry.edited_at is not None,
            "unlisted": entry.visibility is Visibility.UNLISTED,
            "withheld": entry.withheld,
            entry.standing.value: entry.standing is not Standing.SHOWN and entry.is_legible,
        }
        return "".join(f", {mark}" for mark, holds in marks.items() if holds)

    def _wrapped(self, line: str, indent: int) -> list[str]:
        return [line] if self.width is None else wrapped(line, max(self.width - indent, 20))


def moment(text: str | None, timezone: str, now: datetime) -> datetime | None:
    """`2026-03-01`, `2026-03-01T09:00` (in the bot's zone) or an age such as `2d` as a moment."""
    if text is None:
        return None
    if age := _AGE.fullmatch(text.strip()):
        try:
            return now - timedelta(**{_UNITS[age[2]]: int(age[1])})
        except OverflowError:
            return datetime.min.replace(tzinfo=UTC)
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"--since {text!r} is no time", "write 2026-03-01, 2026-03-01T09:00 or an age like 2d"
        ) from None
    return found if found.utcoffset() is not None else found.replace(tzinfo=ZoneInfo(timezone))


def _who(entry: Entry) -> str:
    """`Name (@handle)`, or what there is of it, or why there is nobody."""
    if not entry.is_legible:
        return "(deleted)" if entry.deleted_at is not None else "(private)"
    author = entry.author
    name = author.called or "someone"
    return f"{name} ({author.handle})" if author.handle and author.handle != name else name


def _words(entry: Entry) -> list[str]:
    """The lines of what was said, behind the warning if there is one."""
    said = shown_lines(entry.text).splitlines()
    return [shown(warning_line(entry.warning)), *said] if entry.warning else said
