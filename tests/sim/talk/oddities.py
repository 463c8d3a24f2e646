"""Everything odd by its name: what lists show, what people do, and what befalls the bot."""

from __future__ import annotations

from enum import Enum


class Oddity(Enum):
    """What makes listening hard; each is dealt as often as any other."""

    BURST = "more than a page is said at once"
    INSERTED = "something is said between two pages of a list"
    REMOVED = "something is deleted between two pages of a list"
    BLANK_PAGE = "a page has nothing on it, and the list goes on behind it"
    SAME_TIME = "several things are said in the same instant"
    BACKDATED = "what is new is dated earlier than what was heard (X: shown late)"
    REORDERED = "the things on a page are in any order"
    REPEATED = "the same thing comes twice on a page, and is told of again later"
    DELETED_UNHEARD = "it is deleted before it is heard"
    SHOWN_ON = "lists go on to show what was deleted"
    EMPTY_NOTICE = "a notification whose status is gone"
    EDIT_CHAIN = "it is edited again and again"
    OLD_VERSION = "lists show an older version after an edit"
    HOSTILE = "its words are made to break something"
    PRIVATE = "it is for followers, or for the bot alone"
    NAMELESS = "it stands below a post of ours, and does not name us"
    FORGET_ME = "somebody asks to be forgotten"
    POISONED = "the server cannot show one status, and the thread of one of our posts, ever again"
    BACKLOG = "more than 800 mentions come while the bot is down"
    OUTAGE = "the bot is down for more than seven days"
    STREAM_DROPPED = "the stream breaks off in the middle"
    KILLED = "the bot is killed at a commit or at a request"
    DISK_FULL = "the disk is full for a while"
    LOCKED = "the database is locked for a while"


ONLY_MASTODON = frozenset(
    {Oddity.SHOWN_ON, Oddity.EMPTY_NOTICE, Oddity.OLD_VERSION, Oddity.PRIVATE, Oddity.POISONED}
)
"""What the lists of X never do, as far as is known."""

SELDOM = (Oddity.OUTAGE, Oddity.BACKLOG)
"""What takes long; once in a life, at its end. What comes last is still looked at again."""
