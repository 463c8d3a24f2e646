"""What a reader sees of the discussion: every public entry of every network, where it stands."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from markupsafe import Markup

from bot.core.discussion import (
    NOBODY,
    Entry,
    EntryKind,
    Standing,
    Thread,
    Visibility,
    threads,
)
from bot.core.safe import harmless
from bot.web.clean import language_tag, said, web_address

DEPTH_MAX = 6
"""Answers to answers are indented this often; below that, `parent` says what they answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """An entry in reading order: how deep it stands, and what it answers (None at the top)."""

    entry: Entry
    depth: int
    parent: Entry | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where an entry stands, and whose it is. `is_here`: on the page that is shown."""

    anchor: str
    name: str
    is_here: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """One entry as it is shown. `gone` is why there are no words, `comment` its id on the site."""

    place: Place
    depth: int
    network: str
    at: datetime
    handle: str = ""
    profile: str | None = None
    url: str | None = None
    words: str | Markup = ""
    language: str | None = None
    edited_at: datetime | None = None
    kind: EntryKind = EntryKind.REPLY
    parent: Place | None = None
    gone: str | None = None
    comment: str | None = None
    ours: bool = False


def reading_order(entries: Sequence[Entry]) -> list[Line]:
    """The entries as they are read, thread by thread, without words that not everybody may read.

    Everybody may read what was said in public, and what the bot itself said. Unlisted entries are
    kept for the operator, but their authors did not ask for a public page; nor is what the bot
    answered them, as it names them.
    """
    unlisted = {(one.account, one.remote_id) for one in entries if _is_unlisted(one)}
    shown = (_bared(one) if _is_between(one, unlisted) else one for one in entries)
    return [line for thread in threads(shown) for line in _walk(thread)]


def _is_unlisted(entry: Entry) -> bool:
    return entry.is_legible and not entry.ours and entry.visibility is not Visibility.PUBLIC


def _is_between(entry: Entry, unlisted: Container[tuple[str, str | None]]) -> bool:
    """Whether it is held, hidden or unlisted, or the bot's answer to what is unlisted."""
    if entry.standing is not Standing.SHOWN:
        return entry.is_legible
    if entry.ours:
        return entry.is_legible and (entry.account, entry.in_reply_to) in unlisted
    return _is_unlisted(entry)


def _bared(entry: Entry) -> Entry:
    return replace(
        entry, visibility=Visibility.FOLLOWERS, author=NOBODY, text="", html="", url=None
    )


def _walk(thread: Thread) -> Iterator[Line]:
    above: list[Entry] = []
    for depth, entry in thread.walk():
        del above[depth:]
        yield Line(entry=entry, depth=depth, parent=above[-1] if above else None)
        above.append(entry)


def remarks(lines: Sequence[Line], networks: Mapping[str, str], home: str) -> list[Remark]:
    """The lines of one page; `networks` names the accounts, `home` is the account of the site."""
    places = {line.entry.id: _place(line.entry, home) for line in lines}
    return [_remark(line, places, networks, home) for line in lines]


def _remark(
    line: Line, places: Mapping[int, Place], networks: Mapping[str, str], home: str
) -> Remark:
    entry, parent = line.entry, line.parent
    stands = Remark(
        place=places[entry.id],
        depth=min(line.depth, DEPTH_MAX),
        network=networks.get(entry.account, entry.account),
        at=entry.at,
        parent=None if parent is None else places.get(parent.id) or _elsewhere(parent, home),
        gone=_why_gone(entry),
    )
    return stands if stands.gone else _with_words(stands, entry, home)


def _with_words(remark: Remark, entry: Entry, home: str) -> Remark:
    return replace(
        remark,
        handle=harmless(entry.author.handle) if entry.author.name else "",
        profile=web_address(entry.author.url),
        url=None if entry.account == home else web_address(entry.url),
        words=said(entry.html, entry.text),
        language=language_tag(entry.language),
        edited_at=entry.edited_at,
        kind=entry.kind,
        comment=entry.remote_id if entry.account == home else None,
        ours=entry.ours,
    )


def _why_gone(entry: Entry) -> str | None:
    if entry.deleted_at is not None:
        return "This reply was deleted."
    return None if entry.is_legible else "This reply is not shown here."


def anchor(entry: Entry, home: str) -> str:
    """The entry's anchor. Comments keep the one that their link has."""
    return anchor_of_comment(entry.remote_id) if entry.account == home else f"entry-{entry.id}"


def anchor_of_comment(comment_id: str) -> str:
    """The anchor of a comment on the site."""
    return f"comment-{quote(comment_id, safe='')}"


def _elsewhere(entry: Entry, home: str) -> Place:
    return replace(_place(entry, home), is_here=False)


def _place(entry: Entry, home: str) -> Place:
    name = entry.author.name or entry.author.handle or "someone"
    return Place(anchor=anchor(entry, home), name=harmless(name).strip() or "someone")
