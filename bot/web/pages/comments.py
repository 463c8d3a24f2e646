"""The discussion as a page shows it: entries, collapsed branches, and pages of whole threads."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import quote, urlsplit

from markupsafe import Markup

from bot.core.discussion.outline import NO_PARENT, Outline
from bot.core.model.entry import Entry, EntryKind
from bot.core.text.markup.inline_markup import warning_line
from bot.core.text.sanitize import harmless
from bot.web.content.sanitize_html import entry_markup, is_long, language_tag, web_address

DEPTH_MAX = 6
"""Answers to answers are indented this often; below that, `parent` names what they answer."""

BRIEF_MAX = 500
"""Characters of an entry that can be shown on one line."""

NAME_MAX = 200
"""Characters of a name or a handle that are shown."""

NO_WORDS = Markup('<p lang="en">[No words]</p>')
"""Shown for an entry without any text that can be shown."""

BRANCH_MAX = 12
"""A branch with more entries than this is collapsed ..."""

BRANCH_OPEN = 8
"""... after this many."""

PAGE_ENOUGH = 100
"""A page takes no further thread once it has this many entries."""

PAGE_MAX = 200
"""A thread is divided only if one page would have more entries than this."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Networks:
    """The names of networks by account, and the account of the site."""

    names: Mapping[str, str]
    site: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CommentPlace:
    """The anchor of an entry, and its author. `is_here`: on the page that is shown."""

    anchor: str
    name: str
    is_here: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class CommentView:
    """One entry as it is shown."""

    place: CommentPlace
    network: str
    at: datetime
    depth: int = 0
    handle: str = ""
    profile: str | None = None
    url: str | None = None
    words: str | Markup = ""
    #: the words on one line, or the content warning
    brief: str = ""
    #: a content warning, shown instead of the words until they are opened
    warning: str = ""
    #: the words go on at `url`
    is_cut: bool = False
    language: str | None = None
    edited_at: datetime | None = None
    kind: EntryKind = EntryKind.REPLY
    parent: CommentPlace | None = None
    #: it is deeper in its thread than it is indented
    is_flat: bool = False
    #: why there are no words
    gone: str | None = None
    #: its id on the site
    comment: str | None = None
    ours: bool = False
    withheld: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class CollapsedBranch:
    """The entries of a long branch that are not shown until a reader opens it."""

    comments: Sequence[CommentView]
    is_open: bool = False

    @property
    def count(self) -> int:
        """How many of the entries have words."""
        return sum(comment.gone is None for comment in self.comments)


def thread_views(
    outline: Outline, lines: Sequence[int], entries: Mapping[int, Entry], networks: Networks
) -> list[CommentView]:
    """These lines of an outline as they are shown; `entries` are those of `needed`."""
    here = {outline.ids[line] for line in lines}

    def parent(line: int) -> CommentPlace | None:
        if outline.parents[line] == NO_PARENT:
            return None
        above = entries[outline.ids[outline.parents[line]]]
        return _place(above, networks.site, is_here=above.id in here)

    return [
        entry_view(
            entries[outline.ids[line]],
            networks,
            is_here=True,
            depth=outline.depths[line],
            parent=parent(line),
        )
        for line in lines
    ]


def entry_view(
    entry: Entry,
    networks: Networks,
    *,
    is_here: bool = False,
    depth: int = 0,
    parent: CommentPlace | None = None,
) -> CommentView:
    """An entry as it is shown, by itself unless it has a place in a thread."""
    is_response = entry.kind is EntryKind.RESPONSE
    is_comment = entry.account == networks.site
    network = networks.names.get(entry.account, entry.account)
    view = partial(
        CommentView,
        place=_place(entry, networks.site, is_here=is_here),
        at=entry.at,
        depth=min(depth, DEPTH_MAX),
        is_flat=depth > DEPTH_MAX,
        parent=parent,
    )
    if gone := _why_gone(entry):
        return view(network=network, gone=gone)
    return view(
        network=_host(entry.url) if is_response else network,
        handle=harmless(entry.author.handle_beside)[:NAME_MAX],
        profile=web_address(entry.author.url),
        url=web_address(entry.url) if is_response or not is_comment else None,
        words=entry_markup(entry.html, entry.text) or ("" if entry.withheld else NO_WORDS),
        brief=harmless((warning_line(entry.warning) if entry.warning else entry.text)[:BRIEF_MAX]),
        warning=harmless(entry.warning or "")[:BRIEF_MAX],
        is_cut=is_long(entry.text),
        language=language_tag(entry.language),
        edited_at=entry.edited_at,
        kind=entry.kind,
        comment=entry.remote_id if is_comment else None,
        ours=entry.ours,
        withheld=entry.withheld,
    )


def needed(outline: Outline, lines: Sequence[int]) -> set[int]:
    """The entries that are needed to show these lines: their own and their parents'."""
    parents = {outline.parents[line] for line in lines} - {NO_PARENT}
    return {outline.ids[line] for line in parents.union(lines)}


def collapsed(
    comments: Sequence[CommentView], wanted: str | None
) -> list[CommentView | CollapsedBranch]:
    """The entries, with the rest of each long branch collapsed, unless it has the wanted anchor.

    A branch is an answer to the first entry of a thread, with all answers below it.
    """
    branches: list[list[CommentView]] = []
    for comment in comments:
        if not branches or comment.depth <= 1:
            branches.append([])
        branches[-1].append(comment)
    shown: list[CommentView | CollapsedBranch] = []
    for branch in branches:
        if len(branch) <= BRANCH_MAX:
            shown += branch
            continue
        rest = branch[BRANCH_OPEN:]
        is_open = any(comment.place.anchor == wanted for comment in rest)
        shown += [*branch[:BRANCH_OPEN], CollapsedBranch(comments=rest, is_open=is_open)]
    return shown


@dataclass(frozen=True, kw_only=True, slots=True)
class DiscussionPage:
    """One of `count` pages of a discussion, numbered from 1, and the outline's lines on it."""

    number: int
    count: int
    lines: range


def discussion_page(outline: Outline, number: int, line: int | None) -> DiscussionPage | None:
    """The page that has this line, else the one of this number, or None."""
    begins = [0]
    for at, depth in enumerate(outline.depths):
        length = at - begins[-1]
        if length >= PAGE_ENOUGH and (depth == 0 or length >= PAGE_MAX):
            begins.append(at)
    if line is not None:
        number = bisect_right(begins, line)
    if number > len(begins):
        return None
    lines = range(begins[number - 1], [*begins, len(outline)][number])
    return DiscussionPage(number=number, count=len(begins), lines=lines)


def _host(address: str | None) -> str:
    """The host of another site's page, by which its readers know it."""
    return harmless(urlsplit(address or "").hostname or "another site")


def _why_gone(entry: Entry) -> str | None:
    if entry.deleted_at is not None:
        return "This reply was deleted."
    return None if entry.is_legible else "This reply is not shown here."


def anchor(entry: Entry, site: str) -> str:
    """The entry's anchor; for a comment on the account of the site the one in its link."""
    return anchor_of_comment(entry.remote_id) if entry.account == site else f"entry-{entry.id}"


def anchor_of_comment(comment_id: str) -> str:
    """The anchor of a comment on the site."""
    return f"comment-{quote(comment_id, safe='')}"


def _place(entry: Entry, site: str, *, is_here: bool) -> CommentPlace:
    name = harmless(entry.author.called).strip()[:NAME_MAX] or "someone"
    return CommentPlace(anchor=anchor(entry, site), name=name, is_here=is_here)
