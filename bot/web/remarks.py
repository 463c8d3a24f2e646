"""What a reader sees of the discussion: every public entry of every network, in one thread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from markupsafe import Markup

from bot.app.comment import harmless
from bot.core.discussion import NOBODY, Entry, EntryKind, Thread, Visibility, threads
from bot.web.clean import language_tag, said, web_address

DEPTH_MAX = 6
"""Answers to answers are indented this often; below that, `parent` says what they answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where an entry stands on the page, and whose it is."""

    anchor: str
    name: str


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


def shown(entry: Entry) -> bool:
    """Whether everybody may read it: what was said in public, and what the bot itself said.

    Unlisted entries are kept for the operator, but their authors did not ask for a public page.
    """
    return entry.is_legible and (entry.ours or entry.visibility is Visibility.PUBLIC)


def remarks(entries: Iterable[Entry], networks: Mapping[str, str], site: str) -> list[Remark]:
    """The entries in reading order; `networks` names the accounts, `site` is the site's own."""
    return [
        _remark(entry, depth, parent, networks, site)
        for thread in threads(map(_bared, entries))
        for depth, entry, parent in _walk(thread)
    ]


def _bared(entry: Entry) -> Entry:
    """The entry, without its words where not everybody may read them."""
    if shown(entry) or not entry.is_legible:
        return entry
    return replace(entry, visibility=Visibility.FOLLOWERS, author=NOBODY, text="", html="")


def _walk(thread: Thread) -> Iterator[tuple[int, Entry, Entry | None]]:
    """Every entry with its depth and what it answers (None at the top), in reading order."""
    above: list[Entry] = []
    for depth, entry in thread.walk():
        del above[depth:]
        yield depth, entry, above[-1] if above else None
        above.append(entry)


def _remark(
    entry: Entry, depth: int, parent: Entry | None, networks: Mapping[str, str], site: str
) -> Remark:
    stands = Remark(
        place=place(entry, site),
        depth=min(depth, DEPTH_MAX),
        network=networks.get(entry.account, entry.account),
        at=entry.at,
        parent=None if parent is None else place(parent, site),
        gone=_why_gone(entry),
    )
    return stands if stands.gone else _with_words(stands, entry, site)


def _with_words(remark: Remark, entry: Entry, site: str) -> Remark:
    return replace(
        remark,
        handle=harmless(entry.author.handle) if entry.author.name else "",
        profile=web_address(entry.author.url),
        url=None if entry.account == site else web_address(entry.url),
        words=said(entry.html, entry.text),
        language=language_tag(entry.language),
        edited_at=entry.edited_at,
        kind=entry.kind,
        comment=entry.remote_id if entry.account == site else None,
        ours=entry.ours,
    )


def _why_gone(entry: Entry) -> str | None:
    if entry.deleted_at is not None:
        return "This reply was deleted."
    return None if entry.is_legible else "This reply is not shown here."


def place(entry: Entry, site: str) -> Place:
    """The entry's anchor and its author's name. Comments keep the anchor that their link has."""
    if entry.account == site:
        anchor = f"comment-{quote(entry.remote_id, safe='')}"
    else:
        anchor = f"entry-{entry.id}"
    name = entry.author.name or entry.author.handle or "someone"
    return Place(anchor=anchor, name=harmless(name).strip() or "someone")
