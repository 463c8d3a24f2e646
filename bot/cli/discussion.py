"""The discussion as text, Markdown or JSON lines; everything in it is foreign."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.app.discussion import Discussion, discussions, record, unanswered
from bot.app.exports.records import web_address
from bot.app.withhold import Withholder
from bot.cli.wrapping import wrapped
from bot.core.attached import warning_line
from bot.core.config import Config
from bot.core.discussion import Change, Entry, EntryEvent, Standing, Visibility, bared
from bot.core.errors import UsageError
from bot.core.lookalike import passes_for_bot
from bot.core.memory import Tx
from bot.core.safe import shown, shown_lines
from bot.core.when import iso

_AGE = re.compile(r"(\d{1,999})\s*([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&])")
_NOTHING: Mapping[str, str | int] = {}
AT_ONCE = 500
"""So many events are told at once."""
_DEEPEST = 8
"""Replies further down are not indented any further."""


@dataclass(frozen=True, slots=True)
class Teller:
    """Writes the discussion in one form: `text`, `markdown` or `jsonl`.

    With a `width` no line of text is wider, in cells of a terminal.
    """

    config: Config
    form: str
    tip: str | None
    begin: datetime | None
    withholder: Withholder
    now: Callable[[], datetime]
    width: int | None = None
    #: only what nobody answered
    unanswered: bool = False

    def so_far(self, tx: Tx) -> tuple[int, list[str]]:
        """All that was said, in threads, and the number of the last event that is told by it."""
        entries = self._told(tx, tx.log.entries(tip=self.tip, since=self.begin))
        newest = tx.log.last_event()
        open_ = unanswered(entries)
        if self.unanswered:
            entries = [entry for entry in entries if entry.id in open_]
        if self.form == "jsonl":
            return newest, [self._json(entry) for entry in entries if _is_told(entry)]
        return newest, list(self._threads(entries, open_))

    def since(self, tx: Tx, seen: int) -> tuple[int, list[str]]:
        """What happened after the event numbered `seen`, each on its own."""
        events = tx.log.events(seen, AT_ONCE)
        told = [
            line
            for event in events
            if (known := tx.log.get(event.entry)) and self.tip in (None, known.tip)
            for entry in self._told(tx, [known])
            if entry.is_legible or event.change is Change.DELETED
            for line in self._alone(event, entry)
        ]
        return events[-1].id if events else seen, told

    def _told(self, tx: Tx, known: Sequence[Entry]) -> list[Entry]:
        """The entries as the public may see them; in a terminal with their words, marked."""
        entries = self._for_all(tx, known)
        shown = self.withholder.shown(tx, entries, self.now())
        if self.form != "text":
            return shown
        return [
            replace(entry, withheld=public.withheld)
            for entry, public in zip(entries, shown, strict=True)
        ]

    def _for_all(self, tx: Tx, entries: Sequence[Entry]) -> list[Entry]:
        """The entries as this form has them: what goes out of the house is what all may read."""
        if self.form == "text":
            return list(entries)
        legible = [entry.id for entry in entries if entry.is_legible]
        seen = tx.shown.widened(unlisted=self.config.bot.show_unlisted)
        readable = seen.readable(legible)
        return [
            bared(entry) if entry.is_legible and entry.id not in readable else entry
            for entry in entries
        ]

    def _threads(self, entries: list[Entry], open_: Collection[int]) -> Iterator[str]:
        for found in discussions(self.config, entries):
            yield self._title(found)
            for thread in found.threads:
                for depth, entry in thread.walk():
                    yield from self._lines(entry, min(depth, _DEEPEST), entry.id in open_)
            yield ""

    def _title(self, found: Discussion) -> str:
        if self.form == "markdown":
            return f"## {_escaped(found.title)}\n"
        title = shown(found.title)
        return f"{title}  [{shown(found.tip)}]" if found.tip is not None else title

    def _alone(self, event: EntryEvent, entry: Entry) -> Iterator[str]:
        """An entry as it is now, with what happened to it."""
        if self.form == "jsonl":
            what = {"event": event.id, "change": event.change.value, "noticed_at": iso(event.at)}
            yield self._json(entry, what)
            return
        what_else = f", {event.change.value}" if event.change is not Change.CREATED else ""
        if self.form == "text":
            yield f"{shown(entry.tip) if entry.tip else 'under no tip'}{what_else}:"
        yield from self._lines(entry, 0)

    def _lines(self, entry: Entry, depth: int, is_open: bool = False) -> Iterator[str]:
        """One entry: who, where and when, then what was said."""
        zone = ZoneInfo(self.config.bot.timezone)
        when = f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M %Z}"
        if self.form == "markdown":
            yield from _markdown(entry, when, depth, self._marks(entry))
            return
        indent = "  " * (depth + 1)
        who = _who(entry)
        marks = self._marks(entry) + (", unanswered" if is_open else "")
        yield f"{indent}{entry.id}. {shown(who)} on {shown(entry.account)}, {when}{marks}"
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

    def _json(self, entry: Entry, what: Mapping[str, str | int] = _NOTHING) -> str:
        return json.dumps({**record(entry, self.config.kinds), **what})


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


def _is_told(entry: Entry) -> bool:
    """Whether programs are told of it: deletions are, what was private never."""
    return entry.visibility.may_be_kept


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


def _markdown(entry: Entry, when: str, depth: int, marks: str) -> Iterator[str]:
    """One entry as a list item, its words quoted and harmless."""
    indent = "  " * depth
    who = f"**{_escaped(_who(entry))}**" if entry.is_legible else _who(entry)
    place = _escaped(entry.account)
    if (address := web_address(entry.url)) is not None:
        place = f"[{place}]({address})"
    yield f"{indent}- {who} on {place}, {when}{marks}"
    for line in _words(entry):
        yield f"{indent}  > {_escaped(line)}".rstrip()


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", shown(text))
