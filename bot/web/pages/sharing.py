"""What a reader can pass on: a tip's post as other networks carry it, and where to send it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from urllib.parse import quote

from bot.core.model.capabilities import Capabilities, Idempotency, TextLimit, Unit
from bot.core.model.config import PROMISE, Account, Tip
from bot.core.model.delivery import Post
from bot.core.posting.compose import Misfit, PostLayout, compose
from bot.core.text.counting.measure import weighted_length

_ANYWHERE = Capabilities(
    network="elsewhere",
    text=TextLimit(unit=Unit.WEIGHTED, limit=PROMISE, link_cost=23, links_bare_names=True),
    idempotency=Idempotency.SAME_TEXT,
    abilities=frozenset(),
    poll=timedelta(hours=1),
)
"""The strictest of all: what fits there fits on every network."""

_SHARER = Account(name="share", kind="share")

_WAYS = (
    ("Mastodon", "https://share.joinmastodon.org/#text="),
    ("Bluesky", "https://bsky.app/intent/compose?text="),
    ("X", "https://x.com/intent/post?text="),
    ("E-mail", "mailto:?body="),
)
"""Addresses that open a draft; nothing is loaded from any of them before somebody follows one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """The text to pass on, with its link, and where it can be sent: name and address."""

    text: str
    ways: tuple[tuple[str, str], ...]


def shared(post: Post, address: str, posted: Iterable[Post]) -> Shared:
    """What can be passed on of a tip whose page shows `post` and stands at `address`.

    `posted` are its posts on other networks; the first of them that shows a link and is short
    enough is taken as it is, and else one is made by the same rules.
    """
    text = next((one.text for one in posted if _is_whole(one)), None)
    if text is None:
        text = _made(
            post.title, post.summary, post.body, post.tags, post.language, post.link or address
        )
    ways = ((name, way + quote(text, safe="")) for name, way in _WAYS)
    return Shared(text=text, ways=tuple(ways))


def _is_whole(post: Post) -> bool:
    has_link = post.link is not None and post.link in post.text
    return has_link and weighted_length(post.text) <= PROMISE


@lru_cache(maxsize=1000)
def _made(
    title: str, summary: str, body: str, tags: tuple[str, ...], language: str | None, link: str
) -> str:
    tip = Tip(id="shared", title=title, text=body, summary=summary, tags=tags, language=language)
    fitted = compose(tip, PostLayout(account=_SHARER, traits=_ANYWHERE, link=link))
    return link if isinstance(fitted, Misfit) else fitted.text
