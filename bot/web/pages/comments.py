"""What a reader sees of the discussion: every public entry of every network, where it stands."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote, urlsplit

from markupsafe import Markup

from bot.core.discussion.outline import NO_PARENT, Outline
from bot.core.model.entry import Entry, EntryKind
from bot.core.text.inline_markup import warning_line
from bot.core.text.sanitize import harmless, is_blank
from bot.web.content.html import is_long, language_tag, said, web_address

DEPTH_MAX = 6
"""Answers to answers are indented this often; below that, `parent` says what they answer."""

BRIEF_MAX = 500
"""Characters of what was said that may be told in one line."""

NAME_MAX = 200
"""Characters of a name or a handle that are shown."""

WORDLESS = Markup('<p lang="en">[No words]</p>')
"""What is shown where somebody said nothing that can be shown."""

BRANCH_MAX = 12
"""A branch with more remarks than this is folded ..."""

BRANCH_OPEN = 8
"""... after so many."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CommentPlace:
    """Where an entry stands, and whose it is. `is_here`: on the page that is shown."""

    anchor: str
    name: str
    is_here: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class CommentView:
    """One entry as it is shown. `gone` is why there are no words, `comment` its id on the site.

    `is_flat`: it stands deeper than it is indented. `warning` is shown first, the words folded;
    `brief` is the words on one line, or the warning. `is_cut`: they go on where `url` leads.
    """

    place: CommentPlace
    depth: int
    network: str
    at: datetime
    handle: str = ""
    profile: str | None = None
    url: str | None = None
    words: str | Markup = ""
    brief: str = ""
    warning: str = ""
    is_cut: bool = False
    language: str | None = None
    edited_at: datetime | None = None
    kind: EntryKind = EntryKind.REPLY
    parent: CommentPlace | None = None
    is_flat: bool = False
    gone: str | None = None
    comment: str | None = None
    ours: bool = False
    withheld: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Fold:
    """The remarks of a long branch that are not open at once."""

    remarks: Sequence[CommentView]
    is_open: bool = False

    @property
    def count(self) -> int:
        """How many words there are to unfold."""
        return sum(remark.gone is None for remark in self.remarks)


def remarks(
    outline: Outline,
    lines: Sequence[int],
    entries: Mapping[int, Entry],
    networks: Mapping[str, str],
    home: str,
) -> list[CommentView]:
    """These lines of an outline as they are shown.

    `entries` holds those of the lines and of their parents; `networks` names the accounts, `home`
    is the account of the site.
    """
    here = {outline.ids[line] for line in lines}
    return [_remark(outline, line, entries, here, networks, home) for line in lines]


def alone(entry: Entry, networks: Mapping[str, str], home: str) -> CommentView:
    """An entry outside its thread."""
    stands = CommentView(
        place=replace(_place(entry, home), is_here=False),
        depth=0,
        network=networks.get(entry.account, entry.account),
        at=entry.at,
        gone=_why_gone(entry),
    )
    return stands if stands.gone else _with_words(stands, entry, home)


def needed(outline: Outline, lines: Sequence[int]) -> set[int]:
    """The entries that have to be known to show these lines."""
    parents = (outline.parents[line] for line in lines)
    above = {outline.ids[parent] for parent in parents if parent != NO_PARENT}
    return above | {outline.ids[line] for line in lines}


def folded(remarks: Sequence[CommentView], wanted: str | None) -> list[CommentView | Fold]:
    """The remarks, with what is long in a branch put away; a fold with the wanted one is open.

    A branch is an answer to what began a thread, with all that was answered to it.
    """
    shown: list[CommentView | Fold] = []
    for branch in _branches(remarks):
        if len(branch) <= BRANCH_MAX:
            shown += branch
            continue
        rest = branch[BRANCH_OPEN:]
        is_open = any(remark.place.anchor == wanted for remark in rest)
        shown += [*branch[:BRANCH_OPEN], Fold(remarks=rest, is_open=is_open)]
    return shown


def _branches(remarks: Sequence[CommentView]) -> list[list[CommentView]]:
    """The remarks in order, parted where a thread or an answer to its beginning begins."""
    found: list[list[CommentView]] = []
    for remark in remarks:
        if not found or remark.depth <= 1:
            found.append([])
        found[-1].append(remark)
    return found


def _remark(
    outline: Outline,
    line: int,
    entries: Mapping[int, Entry],
    here: Container[int],
    networks: Mapping[str, str],
    home: str,
) -> CommentView:
    entry = entries[outline.ids[line]]
    stands = CommentView(
        place=_place(entry, home),
        depth=min(outline.depths[line], DEPTH_MAX),
        network=networks.get(entry.account, entry.account),
        at=entry.at,
        parent=_parent(outline, line, entries, here, home),
        is_flat=outline.depths[line] > DEPTH_MAX,
        gone=_why_gone(entry),
    )
    return stands if stands.gone else _with_words(stands, entry, home)


def _parent(
    outline: Outline, line: int, entries: Mapping[int, Entry], here: Container[int], home: str
) -> CommentPlace | None:
    parent = outline.parents[line]
    if parent == NO_PARENT:
        return None
    entry = entries[outline.ids[parent]]
    return replace(_place(entry, home), is_here=entry.id in here)


def _with_words(remark: CommentView, entry: Entry, home: str) -> CommentView:
    is_response = entry.kind is EntryKind.RESPONSE
    is_elsewhere = is_response or entry.account != home
    return replace(
        remark,
        network=_host(entry.url) if is_response else remark.network,
        handle="" if is_blank(entry.author.name) else harmless(entry.author.handle)[:NAME_MAX],
        profile=web_address(entry.author.url),
        url=web_address(entry.url) if is_elsewhere else None,
        words=said(entry.html, entry.text) or ("" if entry.withheld else WORDLESS),
        brief=harmless(_brief(entry)[:BRIEF_MAX]),
        warning=harmless(entry.warning or "")[:BRIEF_MAX],
        is_cut=is_long(entry.text),
        language=language_tag(entry.language),
        edited_at=entry.edited_at,
        kind=entry.kind,
        comment=entry.remote_id if entry.account == home else None,
        ours=entry.ours,
        withheld=entry.withheld,
    )


def _brief(entry: Entry) -> str:
    return warning_line(entry.warning) if entry.warning else entry.text


def _host(address: str | None) -> str:
    """The host of another site's page, which is what its readers know it by."""
    return harmless(urlsplit(address or "").hostname or "another site")


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


def _place(entry: Entry, home: str) -> CommentPlace:
    name = harmless(entry.author.called).strip()[:NAME_MAX] or "someone"
    return CommentPlace(anchor=anchor(entry, home), name=name)
