"""A mention as an entry of the discussion."""

from collections.abc import Container
from dataclasses import replace

from bot.core.model.entry import NOBODY, Author, Entry, EntryKind, Visibility
from bot.core.text.markup.inline_markup import attachment
from bot.platforms.x.http.payloads import XPost, XUser
from bot.platforms.x.normalize import plain
from bot.platforms.x.urls import address, attached_kind

NO_LANGUAGE = frozenset({"art", "und", "zxx"})
"""X's codes for an unknown language, besides those that begin with q."""


def doubtful(post: XPost, me: str) -> tuple[str, ...]:
    """Ids of posts whose author decides the kind of this mention."""
    if post.replied_to is not None and post.to_user_id == me:
        return ()
    root = post.conversation_id if post.replied_to is not None else None
    return tuple(one for one in (root, post.quoted) if one is not None)


def entry(
    post: XPost, *, account: str, me: str, author: XUser | None, ours: Container[str]
) -> Entry:
    """The entry for a post that mentions us; `ours` are posts of ours among the doubtful ones.

    The posts of a protected account are not public. Those of an account that X does not show may
    not be either. So of both only the place in the thread is kept.
    """
    bare = _bare(post, _kind(post, me, ours), account)
    return bare if author is None or author.protected else _legible(bare, post, author)


def _bare(post: XPost, kind: EntryKind, account: str) -> Entry:
    return Entry(
        account=account,
        remote_id=post.first_id,
        kind=kind,
        author=NOBODY,
        text="",
        at=post.at,
        in_reply_to=post.quoted if kind is EntryKind.QUOTE else post.replied_to,
        root=None if post.conversation_id == post.first_id else post.conversation_id,
        visibility=Visibility.FOLLOWERS,
        version=post.id,
        edited_at=post.edited_at,
    )


def _legible(bare: Entry, post: XPost, author: XUser) -> Entry:
    return replace(
        bare,
        author=Author(
            name=author.name,
            handle=f"@{author.username}",
            url=f"https://x.com/{author.username}",
            key=author.id,
            wishes=author.wishes,
        ),
        text=_text(post),
        visibility=Visibility.PUBLIC,
        url=address(post.id, author.username),
        language=_language(post.language),
    )


def _text(post: XPost) -> str:
    """The text, with words and an address for a picture or video of its own, and a poll."""
    links = {short: _shown(long, post) for short, long in post.links.items()}
    words = plain(post.text, links)
    return f"{words}\n\n{attachment('Poll')}".lstrip() if post.has_poll else words


def _shown(address: str, post: XPost) -> str:
    kind = attached_kind(address, post.history)
    if kind is None:
        return address
    return attachment("Video" if kind == "video" else "Picture", address)


def _kind(post: XPost, me: str, ours: Container[str]) -> EntryKind:
    if post.replied_to is not None and (post.to_user_id == me or post.conversation_id in ours):
        return EntryKind.REPLY
    return EntryKind.QUOTE if post.quoted in ours else EntryKind.MENTION


def _language(code: str | None) -> str | None:
    if code is None or code in NO_LANGUAGE or code.startswith("q"):
        return None
    return code
