"""What is said below a post, page by page, and the cursor between two readings.

https://developers.facebook.com/docs/threads/retrieve-and-manage-replies/replies-and-conversations
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from bot.outbound import json_values
from bot.outbound.json_values import Record
from bot.platforms.threads.http.paging import FIRST, Page
from bot.platforms.threads.listening.entries import seen_of

AskPage = Callable[[str], Page]
"""Asks for a page of a conversation."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConversationCursor:
    """How far a conversation was read."""

    #: a digest of all of it; "": it was not read in one go
    seen: str = ""
    #: where to go on
    page: str = FIRST

    @classmethod
    def read(cls, text: str | None) -> "ConversationCursor":
        """The cursor that a text is; a new one for other texts."""
        found = json_values.document((text or "").encode()) or {}
        seen, page = (json_values.word(found.get(one)) for one in ("seen", "page"))
        return cls(seen=seen, page=page)

    def write(self) -> str:
        """The cursor as text."""
        return json.dumps({"seen": self.seen, "page": self.page})


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadConversation:
    """The posts of one reading, and the cursor after it; `more`: it goes on."""

    media: tuple[Record, ...]
    cursor: ConversationCursor
    more: bool


def read_conversation(
    ask: AskPage, cursor: ConversationCursor, has_time: Callable[[], bool]
) -> ReadConversation:
    """The whole conversation, or the rest of it; nothing where it is the same as last time."""
    media: list[Record] = []
    page: str | None = cursor.page
    while page is not None:
        found = ask(page)
        media += found.media
        page = found.after
        if page is not None and not has_time():
            onward = ConversationCursor(page=page)
            return ReadConversation(media=tuple(media), cursor=onward, more=True)
    fresh = ConversationCursor(seen=seen_of(media) if cursor.page == FIRST else "")
    is_same = bool(fresh.seen) and fresh == cursor
    return ReadConversation(media=() if is_same else tuple(media), cursor=fresh, more=False)
