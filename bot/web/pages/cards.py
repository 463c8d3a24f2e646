"""A posted tip as a page shows it, and the text with which a reader can share it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import quote

from markupsafe import Markup

from bot.core.model.capabilities import Capabilities, Idempotency, TextLimit, Unit
from bot.core.model.config import PROMISE, Account, Config, Tip
from bot.core.model.delivery import Post
from bot.core.model.site_page import Page
from bot.core.ports.discussion_store import Tally
from bot.core.posting.compose import Misfit, PostLayout, compose
from bot.core.summary.page_text import body, description, without_title
from bot.core.text.counting.measure import weighted_length
from bot.core.text.markup.inline_html import decoded
from bot.core.text.markup.markdown import plain
from bot.core.text.sanitize import harmless
from bot.web.content.sanitize_html import language_tag, paragraphs, web_address

_STRICTEST = Capabilities(
    network="elsewhere",
    text=TextLimit(unit=Unit.WEIGHTED, limit=PROMISE, link_cost=23, links_bare_names=True),
    idempotency=Idempotency.SAME_TEXT,
    abilities=frozenset(),
    poll=timedelta(hours=1),
)
"""A text within these limits fits on every network."""

_SHARER = Account(name="share", kind="share")

_SHARE_ADDRESSES = (
    ("Mastodon", "https://share.joinmastodon.org/#text="),
    ("Bluesky", "https://bsky.app/intent/compose?text="),
    ("X", "https://x.com/intent/post?text="),
    ("E-mail", "mailto:?body="),
)
"""Addresses that open a draft; nothing is loaded from any of them before somebody follows one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """A posted tip without the text that only a network needs."""

    tip: str
    #: its page, from the root of the site
    href: str
    #: its page, from anywhere
    address: str
    title: str
    #: the posted text without the title; empty: the post is the title alone
    summary: str
    #: the summary, or else the beginning of the body
    description: str
    body: Markup
    credit: str | None
    source: str | None
    tags: tuple[str, ...]
    language: str | None
    first_at: datetime
    at: datetime
    replies: int = 0
    #: when the last reply was written
    last_at: datetime | None = None


def card(page: Page, config: Config, tally: Tally | None = None) -> Card:
    """The card of a page, with the number of its replies."""
    post = page.post
    href = f"tips/{quote(page.tip)}"
    # A tip without a link has the link to its own page, perhaps at an earlier address.
    is_own = post.link is not None and post.link.endswith(f"/tips/{page.tip}")
    summary = without_title(text_without_links(post), post.title)
    return Card(
        tip=page.tip,
        href=href,
        address=f"{config.bot.site}/{href}",
        title=harmless(plain(post.title)),
        summary=harmless(summary),
        description=harmless(summary or description(post.body, post.title, post.language)),
        body=paragraphs(body(post.body)),
        credit=harmless(decoded(post.credit)) if post.credit else None,
        source=None if is_own else web_address(post.link),
        tags=post.tags,
        language=language_tag(post.language),
        first_at=page.first_at,
        at=page.at,
        replies=tally.count if tally else 0,
        last_at=tally.at if tally else None,
    )


def text_without_links(post: Post) -> str:
    """The posted text without the links and hashtags at its end, which the page shows itself."""
    text = post.text.rstrip()
    for span in sorted(post.spans, key=lambda span: span.start, reverse=True):
        if span.end >= len(text):
            text = text[: span.start].rstrip()
    return text


@dataclass(frozen=True, kw_only=True, slots=True)
class ShareText:
    """A text to share, with its link. `links` are networks and addresses that open a draft."""

    text: str
    links: tuple[tuple[str, str], ...]


def share_text(post: Post, address: str, posted: Iterable[Post]) -> ShareText:
    """A text to share a tip, whose page shows `post` and is at `address`.

    `posted` are its posts on other networks; the first of them that shows a link and is short
    enough is used unchanged, else a text is composed by the same rules.
    """
    text = next((one.text for one in posted if _is_shareable(one)), None) or _composed(
        post.title, post.summary, post.body, post.tags, post.language, post.link or address
    )
    links = ((name, begin + quote(text, safe="")) for name, begin in _SHARE_ADDRESSES)
    return ShareText(text=text, links=tuple(links))


def _is_shareable(post: Post) -> bool:
    has_link = post.link is not None and post.link in post.text
    return has_link and weighted_length(post.text) <= PROMISE


@lru_cache(maxsize=1000)
def _composed(
    title: str, summary: str, body: str, tags: tuple[str, ...], language: str | None, link: str
) -> str:
    tip = Tip(id="shared", title=title, text=body, summary=summary, tags=tags, language=language)
    composed = compose(tip, PostLayout(account=_SHARER, traits=_STRICTEST, link=link))
    return link if isinstance(composed, Misfit) else composed.text
