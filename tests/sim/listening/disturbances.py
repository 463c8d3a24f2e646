"""Every disturbance by its name: of lists, of people, and of the bot."""

from __future__ import annotations

from enum import Enum


class Disturbance(Enum):
    """What makes listening hard; each comes equally often."""

    BURST = "more than a page of messages comes at once"
    INSERTED = "a message is added between two pages of a list"
    REMOVED = "messages are deleted between two pages of a list"
    BLANK_PAGE = "a page is empty, and the list goes on behind it"
    SAME_TIME = "several messages have the same time"
    BACKDATED = "a new message is dated before known ones (X and Threads: listed late)"
    REORDERED = "a page is in any order"
    REPEATED = "a message is twice on a page, and is notified again later"
    DELETED_AT_ONCE = "a message is deleted before the bot reads it"
    STILL_LISTED = "lists still show a deleted message"
    EMPTY_NOTIFICATION = "a notification whose status is gone"
    EDIT_CHAIN = "a message is edited again and again"
    OLD_VERSION = "lists show an older version after an edit"
    HOSTILE = "a message has hostile text"
    PRIVATE = "a message is for followers, for the bot alone, or hidden"
    WITHOUT_MENTION = "a message below the bot's post does not mention the bot"
    BLOCKED = "somebody blocks the bot, or hides from all, and nothing of theirs is shown any more"
    HIDDEN = "replies that the bot has read are hidden"
    FORGET_ME = "somebody asks for erasure"
    CANNOT_BE_SHOWN = (
        "the server can never again show one status, and the thread of one of the bot's posts"
    )
    BACKLOG = "more than 800 mentions come while the bot is down"
    OUTAGE = "the bot is down for more than seven days"
    STREAM_DROPPED = "the stream breaks off in the middle"
    KILLED = "the bot is killed at a commit or at a request"
    DISK_FULL = "the disk is full for a while"
    LOCKED = "the database is locked for a while"


_LISTS_OF_MASTODON = frozenset(
    {
        Disturbance.STILL_LISTED,
        Disturbance.EMPTY_NOTIFICATION,
        Disturbance.OLD_VERSION,
        Disturbance.CANNOT_BE_SHOWN,
    }
)
NOT_ON = {
    "mastodon": frozenset({Disturbance.BLOCKED, Disturbance.HIDDEN}),
    "island": frozenset({Disturbance.BLOCKED, Disturbance.HIDDEN}),
    "bluesky": _LISTS_OF_MASTODON | {Disturbance.EDIT_CHAIN, Disturbance.HIDDEN},
    "threads": _LISTS_OF_MASTODON,
    "x": _LISTS_OF_MASTODON | {Disturbance.PRIVATE, Disturbance.BLOCKED, Disturbance.HIDDEN},
}
"""Disturbances that networks do not have, by account, as far as is known."""

ONCE_A_RUN = (Disturbance.OUTAGE, Disturbance.BACKLOG)
"""Disturbances that take long: once in a run, at its end."""
