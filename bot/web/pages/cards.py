"""What a reader sees of a posted tip: its words, without what only a network needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from markupsafe import Markup

from bot.core.model.config import Config
from bot.core.model.delivery import Post
from bot.core.model.site_page import Page
from bot.core.ports.discussion_store import Tally
from bot.core.text.sanitize import harmless
from bot.web.content.html import language_tag, paragraphs, web_address


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """A posted tip. `href` leads to its page from the root, `address` from anywhere.

    `last_at` is when somebody last said something about it.
    """

    tip: str
    href: str
    address: str
    title: str
    summary: str
    body: Markup
    credit: str | None
    source: str | None
    tags: tuple[str, ...]
    language: str | None
    first_at: datetime
    at: datetime
    replies: int = 0
    last_at: datetime | None = None


def card(page: Page, config: Config, tally: Tally | None = None) -> Card:
    """The card of a page, with how much was said about it."""
    post = page.post
    href = f"tips/{quote(page.tip)}"
    return Card(
        tip=page.tip,
        href=href,
        address=f"{config.bot.site}/{href}",
        title=harmless(post.title),
        summary=harmless(words_of(post)),
        body=paragraphs(post.body),
        credit=harmless(post.credit) if post.credit else None,
        source=_source(post, page.tip),
        tags=post.tags,
        language=language_tag(post.language),
        first_at=page.first_at,
        at=page.at,
        replies=tally.count if tally else 0,
        last_at=tally.at if tally else None,
    )


def words_of(post: Post) -> str:
    """The posted text without the links and hashtags at its end: the page shows them itself."""
    text = post.text.rstrip()
    for span in sorted(post.spans, key=lambda span: span.start, reverse=True):
        if span.end >= len(text):
            text = text[: span.start].rstrip()
    return text


def _source(post: Post, tip: str) -> str | None:
    """What the tip points at; a tip without a link points at its own page, wherever that was."""
    is_own = post.link is not None and post.link.endswith(f"/tips/{tip}")
    return None if is_own else web_address(post.link)


def newest(cards: Sequence[Card]) -> datetime | None:
    """When the last of these tips was posted."""
    return max((card.at for card in cards), default=None)
