"""What people answer: entries, who may see them, and the thread that they make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from bot.core.blank import is_blank
from bot.core.when import require_aware


class EntryKind(Enum):
    """How something was said to us."""

    REPLY = "reply"
    """an answer to a post of ours, or to an answer"""
    MENTION = "mention"
    """our name, outside any thread of ours"""
    QUOTE = "quote"
    """a post that quotes one of ours"""
    COMMENT = "comment"
    """written into the form on the site"""
    RESPONSE = "response"
    """another site's page that links to ours"""


class Visibility(Enum):
    """Whom the author let see it."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    FOLLOWERS = "followers"
    DIRECT = "direct"

    @property
    def may_be_kept(self) -> bool:
        """Whether its text and author may be stored, shown and exported."""
        return self in {Visibility.PUBLIC, Visibility.UNLISTED}


class Standing(Enum):
    """What we let be seen of an entry that its author shows."""

    SHOWN = "shown"
    HELD = "held"
    """not shown until the operator approves of it"""
    HIDDEN = "hidden"
    """not shown: the operator took it away, or blocked its author"""


class Wish(Enum):
    """What somebody asks of bots, in their profile."""

    NO_BOT = "nobot"
    """not to be addressed, thanked or favoured by a bot; bots themselves count as asking for it"""
    NO_LOG = "nolog"
    """that nothing of theirs is kept or shown"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Author:
    """Who wrote it: a display name, a handle as its network writes it, a profile address.

    `key` is the network's own id of the person, the same for good, or "" where there is none.
    """

    name: str
    handle: str = ""
    url: str | None = None
    key: str = ""
    wishes: frozenset[Wish] = frozenset()

    @property
    def called(self) -> str:
        """The display name, or the handle where that shows nothing; "" where neither does."""
        return next((name for name in (self.name, self.handle) if not is_blank(name)), "")


NOBODY = Author(name="")
"""The author of what may not be kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One thing that was said, once. (account, remote_id) is its identity for good.

    `text` is plain text; `html` is the network's own markup, unclean, to be cleaned when shown,
    or "" where there is none. `warning` is what its author put before it for readers to decide by
    (None: it was stored by a release that kept none). `in_reply_to` and `root` are remote ids on
    the same account: of its parent, and (where the network tells) of the post that began the
    conversation. `tip` is None while it belongs to no tip. `version` differs after each edit.
    `ours` marks the bot's own.
    What was deleted, or may not be kept, has neither text nor author, nor an address, which often
    holds the author's name. `checked_at` is when its network last showed it to us as it is here.
    Where that is too long ago for its words to be shown, what is shown is `withheld`: without them.
    That is never stored.
    """

    account: str
    remote_id: str
    kind: EntryKind
    author: Author
    text: str
    at: datetime
    html: str = ""
    warning: str | None = ""
    in_reply_to: str | None = None
    root: str | None = None
    tip: str | None = None
    visibility: Visibility = Visibility.PUBLIC
    url: str | None = None
    language: str | None = None
    version: str = ""
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    ours: bool = False
    standing: Standing = Standing.SHOWN
    checked_at: datetime | None = None
    withheld: bool = False
    id: int = 0

    def __post_init__(self) -> None:
        require_aware(self.at, self.edited_at, self.deleted_at, self.checked_at)
        words = self.text or self.html or self.warning
        tells = words or self.url or self.author != NOBODY
        if tells and not self.is_legible:
            raise ValueError("of a deleted or private entry no text, author or address is kept")

    @property
    def is_legible(self) -> bool:
        """Whether there is something that may be shown."""
        return self.visibility.may_be_kept and self.deleted_at is None

    @property
    def is_on_site(self) -> bool:
        """Whether the bot's own site has it as well, so that what befalls it befalls it there."""
        return self.kind in {EntryKind.COMMENT, EntryKind.RESPONSE}


def bared(entry: Entry) -> Entry:
    """The entry as those see it who may not read it: a place in its thread, and nothing more."""
    return replace(without_words(entry), visibility=Visibility.FOLLOWERS, author=NOBODY, url=None)


def without_words(entry: Entry) -> Entry:
    """The entry without what was said, and without the warning before it."""
    return replace(entry, text="", html="", warning="")


def as_own(entry: Entry) -> Entry:
    """What our own account said, as an entry of ours: plain words, and a name that is no person's.

    The author's key stays: it tells what the operator said by hand from what the bot sent.
    """
    author = Author(name=entry.author.name, key=entry.author.key)
    return replace(entry, author=author, html="", ours=True)


class Change(Enum):
    """What can happen to an entry once it is there."""

    CREATED = "created"
    MOVED = "moved"
    """it was found to belong to a tip, after it was taken in"""
    EDITED = "edited"
    DELETED = "deleted"
    ACKNOWLEDGED = "acknowledged"
    HIDDEN = "hidden"
    SHOWN = "shown"


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryEvent:
    """A line of the discussion's history; `id` grows with every line.

    `seen_by` says to whom the entry was shown before: PUBLIC to everybody, UNLISTED where what is
    unlisted is shown, None to nobody.
    """

    id: int
    at: datetime
    entry: int
    tip: str | None
    change: Change
    seen_by: Visibility | None = None

    def was_shown(self, *, unlisted: bool) -> bool:
        """Whether everybody could read the entry before; `unlisted`: what is so is shown, too."""
        if self.seen_by is Visibility.UNLISTED:
            return unlisted
        return self.seen_by is Visibility.PUBLIC


@dataclass(frozen=True, kw_only=True, slots=True)
class Thread:
    """An entry and what was answered to it, in reading order."""

    entry: Entry
    replies: tuple[Thread, ...] = ()

    def walk(self, depth: int = 0) -> Iterable[tuple[int, Entry]]:
        """Every entry with its depth, this one first; deep threads need no deep recursion."""
        pending = [(depth, self)]
        while pending:
            level, thread = pending.pop()
            yield level, thread.entry
            pending.extend((level + 1, reply) for reply in reversed(thread.replies))


@dataclass(slots=True, eq=False)
class _Branch:
    entry: Entry
    replies: list[_Branch] = field(default_factory=list)


def threads(entries: Iterable[Entry]) -> tuple[Thread, ...]:
    """The entries as threads: each under what it answers, oldest first at every level.

    An entry whose parent is not among them begins a thread of its own. Illegible entries stay
    only where legible ones hang on them.
    """
    branches = {
        (entry.account, entry.remote_id): _Branch(entry)
        for entry in sorted(entries, key=lambda entry: (entry.at, entry.id))
    }
    roots: list[_Branch] = []
    for branch in branches.values():
        parent = branches.get((branch.entry.account, branch.entry.in_reply_to or ""))
        (roots if parent is None else parent.replies).append(branch)
    roots += _cut_rings(branches.values(), _reached(roots))
    return tuple(thread for root in roots if (thread := _frozen(root)) is not None)


def _reached(roots: Iterable[_Branch]) -> list[_Branch]:
    """The roots and all below them, parents before their replies."""
    order = list(roots)
    for branch in order:
        order.extend(branch.replies)
    return order


def _cut_rings(branches: Iterable[_Branch], reached: list[_Branch]) -> list[_Branch]:
    """Entries that answer each other in a ring, which only a lying server can make, as roots."""
    known = set(map(id, reached))
    ring = [branch for branch in branches if id(branch) not in known]
    for branch in ring:
        branch.replies.clear()
    return ring


def _frozen(root: _Branch) -> Thread | None:
    """The branch as a Thread, built from its leaves up, without illegible ends."""
    done: dict[int, Thread | None] = {}
    for branch in reversed(_reached([root])):
        replies = tuple(kept for reply in branch.replies if (kept := done[id(reply)]) is not None)
        keep = branch.entry.is_legible or replies
        done[id(branch)] = Thread(entry=branch.entry, replies=replies) if keep else None
    return done[id(root)]
