"""A mention as an entry of the discussion."""

from __future__ import annotations

from collections.abc import Container

from bot.core.discussion import NOBODY, Author, Entry, EntryKind, Visibility
from bot.platforms.x.answers import Person, Said
from bot.platforms.x.wording import plain

NO_LANGUAGE = frozenset({"art", "und", "zxx"})
"""X's words for "cannot tell"; so are those that begin with q."""


def doubtful(post: Said, me: str) -> tuple[str, ...]:
    """Ids of posts whose author decides what kind of mention this is."""
    if post.replied_to is not None and post.to_user_id == me:
        return ()
    root = post.conversation_id if post.replied_to is not None else None
    return tuple(one for one in (root, post.quoted) if one is not None)


def entry(
    post: Said, *, account: str, me: str, author: Person | None, ours: Container[str]
) -> Entry:
    """The entry for a post that mentions us; `ours` are posts of ours among the doubtful ones.

    The text of a protected account is not for everyone, and so is not kept.
    """
    kind = _kind(post, me, ours)
    hidden = author is not None and author.protected
    return Entry(
        account=account,
        remote_id=post.first_id,
        kind=kind,
        author=NOBODY if hidden else _author(post, author),
        text="" if hidden else plain(post.text, post.links),
        at=post.at,
        in_reply_to=post.quoted if kind is EntryKind.QUOTE else post.replied_to,
        root=None if post.conversation_id == post.first_id else post.conversation_id,
        visibility=Visibility.FOLLOWERS if hidden else Visibility.PUBLIC,
        url=address(post.id, author.username if author else None),
        language=_language(post.language),
        version=post.id,
        edited_at=post.edited_at,
    )


def address(post_id: str, username: str | None) -> str:
    """Where people see a post; X leads on from the form without a name."""
    return f"https://x.com/{username or 'i/web'}/status/{post_id}"


def _kind(post: Said, me: str, ours: Container[str]) -> EntryKind:
    if post.replied_to is not None and (post.to_user_id == me or post.conversation_id in ours):
        return EntryKind.REPLY
    return EntryKind.QUOTE if post.quoted in ours else EntryKind.MENTION


def _author(post: Said, author: Person | None) -> Author:
    if author is None:
        return Author(name="someone on X", url=f"https://x.com/i/user/{post.author_id}")
    return Author(
        name=author.name,
        handle=f"@{author.username}",
        url=f"https://x.com/{author.username}",
    )


def _language(code: str | None) -> str | None:
    if code is None or code in NO_LANGUAGE or code.startswith("q"):
        return None
    return code
