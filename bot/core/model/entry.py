"""What people answer: entries, who may see them, and what happens to them."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from bot.core.datetimes import require_aware
from bot.core.text.sanitize import is_blank


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


class OptOut(Enum):
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
    wishes: frozenset[OptOut] = frozenset()

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


def erased_entry(entry: Entry) -> Entry:
    """The entry as those see it who may not read it: a place in its thread, and nothing more."""
    return replace(without_words(entry), visibility=Visibility.FOLLOWERS, author=NOBODY, url=None)


def without_words(entry: Entry) -> Entry:
    """The entry without what was said, and without the warning before it."""
    return replace(entry, text="", html="", warning="")


def erased(entry: Entry, now: datetime) -> Entry:
    """The entry as it is kept once its words are gone."""
    return replace(without_words(entry), author=NOBODY, url=None, deleted_at=now)


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
