"""Entries of the discussion: who wrote them, who may see them, and how they change."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from bot.core.datetimes import require_aware
from bot.core.text.sanitize import is_blank


class EntryKind(Enum):
    """How an entry reached the bot."""

    REPLY = "reply"
    """an answer to a post of ours, or to an answer"""
    MENTION = "mention"
    """a mention of the bot outside its threads"""
    QUOTE = "quote"
    """a post that quotes one of ours"""
    COMMENT = "comment"
    """written into the form on the site"""
    RESPONSE = "response"
    """another site's page that links to ours"""


class Visibility(Enum):
    """Who may see an entry, as its author decided."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    FOLLOWERS = "followers"
    DIRECT = "direct"

    @property
    def may_be_kept(self) -> bool:
        """Whether its text and author may be stored, shown and exported."""
        return self in {Visibility.PUBLIC, Visibility.UNLISTED}


class Standing(Enum):
    """Whether the bot shows an entry that its author shows."""

    SHOWN = "shown"
    HELD = "held"
    """not shown until the operator approves it"""
    HIDDEN = "hidden"
    """not shown: the operator hid it, or blocked its author"""


class OptOut(Enum):
    """A request to bots in somebody's profile."""

    NO_BOT = "nobot"
    """not to be addressed, thanked or favoured by a bot; bots themselves count as asking for it"""
    NO_LOG = "nolog"
    """nothing of theirs is to be stored or shown"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Author:
    """Who wrote an entry."""

    #: the display name
    name: str
    #: as the network writes it
    handle: str = ""
    #: the address of the profile
    url: str | None = None
    #: the network's permanent id of the person; "": there is none
    key: str = ""
    wishes: frozenset[OptOut] = frozenset()

    @property
    def called(self) -> str:
        """The display name, or the handle where that shows nothing; "" where neither does."""
        return next((name for name in (self.name, self.handle) if not is_blank(name)), "")

    @property
    def handle_beside(self) -> str:
        """The handle, where it says more than the name by which the author is called."""
        is_same = self.handle in {self.called, f"@{self.called}"}
        return "" if is_same else self.handle


NOBODY = Author(name="")
"""The author of what may not be kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One reply, mention, quote, comment or response; (account, remote_id) identifies it for good.

    An entry that was deleted, or may not be stored, has neither text nor author, nor an address,
    which often holds the author's name.
    """

    account: str
    remote_id: str
    kind: EntryKind
    author: Author
    #: plain text
    text: str
    at: datetime
    #: the network's own markup, to be sanitized before it is shown; "": there is none
    html: str = ""
    #: the content warning; None: it was stored by a release that kept none
    warning: str | None = ""
    #: remote ids on the same account: of the parent, and of the post that began the conversation
    in_reply_to: str | None = None
    root: str | None = None
    #: None: it belongs to no tip
    tip: str | None = None
    visibility: Visibility = Visibility.PUBLIC
    url: str | None = None
    language: str | None = None
    #: differs after each edit
    version: str = ""
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    #: whether the bot's own account wrote it
    ours: bool = False
    standing: Standing = Standing.SHOWN
    #: when its network last showed it as it is here
    checked_at: datetime | None = None
    #: whether its words may not be shown now, since that is too long ago; never stored
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
        """Whether the bot's own site stores it as well, so that both have to change together."""
        return self.kind in {EntryKind.COMMENT, EntryKind.RESPONSE}


def erased_entry(entry: Entry) -> Entry:
    """The entry for readers who may not read it: its place in the thread, and nothing else."""
    return replace(without_words(entry), visibility=Visibility.FOLLOWERS, author=NOBODY, url=None)


def without_words(entry: Entry) -> Entry:
    """The entry without its words and its content warning."""
    return replace(entry, text="", html="", warning="")


def erased(entry: Entry, now: datetime) -> Entry:
    """The entry as it is kept once its words are gone."""
    return replace(without_words(entry), author=NOBODY, url=None, deleted_at=now)


def as_own(entry: Entry) -> Entry:
    """An entry of the bot's own account: plain text, and no handle or address of a person.

    The author's key stays: it tells the operator's own posts from those of the bot.
    """
    author = Author(name=entry.author.name, key=entry.author.key)
    return replace(entry, author=author, html="", ours=True)


class Change(Enum):
    """An event in the history of an entry."""

    CREATED = "created"
    MOVED = "moved"
    """it was found to belong to a tip after it was stored"""
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
