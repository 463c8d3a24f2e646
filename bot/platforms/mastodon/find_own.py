"""Looking for a post among our own statuses, from the newest back to when it may have left."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime

from bot.core.errors import RetryLater
from bot.core.model.delivery import Post, Receipt
from bot.core.model.lookup import Absent, CannotTell, Found
from bot.platforms.mastodon.http import json_values
from bot.platforms.mastodon.http.json_values import Record
from bot.platforms.mastodon.rendered_text import as_markup, letters, plain, words

PAGE = 40
PAGES = 10
"""How far back to look: no account says so much between a sending and its look."""

Ask = Callable[..., list[Record]]
"""Asks for one page of our own statuses, newest first, with `limit` and perhaps `max_id`."""

Since = Callable[[], datetime]
"""The moment to look back to, asked after a page: the server's clock is read off its answer."""


class _Doubt(Exception):
    """The walk ended before it had seen everything."""


def look(ask: Ask, post: Post, since: Since, taken: Collection[str]) -> Found | Absent | CannotTell:
    """Find the earliest status made at or after `since()` that says what `post` says.

    Those whose ids are `taken` are passed over. Where none says it to the letter, one will do that
    says it as a server shows it that has taken the text for markup.
    """
    exact, rendered, doubt = None, None, ""
    try:
        for status, receipt in _walk(ask, since):
            if receipt.remote_id in taken:
                continue
            if is_post(status, post):
                exact = receipt
            elif is_rendered_post(status, post):
                rendered = receipt
    except _Doubt as why:
        doubt = str(why)
    if match := exact or rendered:
        return Found(receipt=match)
    return CannotTell(why=doubt) if doubt else Absent()


def own(ask: Ask, since: Since, in_reply_to: str | None) -> frozenset[str]:
    """The ids of all statuses made at or after `since()` that answer this one (None: nothing).

    Raises RetryLater where it is unsure.
    """
    try:
        return frozenset(
            receipt.remote_id
            for status, receipt in _walk(ask, since)
            if json_values.ident(status.get("in_reply_to_id")) == in_reply_to
        )
    except _Doubt as why:
        raise RetryLater(str(why), "look at the account yourself") from None


def _walk(ask: Ask, since: Since) -> Iterator[tuple[Record, Receipt]]:
    """Every status made at or after `since()`, newest first. Raises _Doubt if it cannot be sure."""
    oldest = None
    for _ in range(PAGES):
        page = ask(limit=PAGE, max_id=oldest)
        floor = since()
        is_past = not page
        for status in page:
            receipt = receipt_of(status)
            if receipt is None:
                raise _Doubt("the server's list of our posts cannot be read")
            oldest, is_past = receipt.remote_id, receipt.at < floor
            if not is_past:
                yield status, receipt
        if is_past:
            return
    raise _Doubt(f"the account has more than {PAGE * PAGES} newer posts than this one")


def is_post(status: Record, post: Post) -> bool:
    """Whether a status says the same as a post, in answer to the same."""
    return _answers_same(status, post) and words(_text(status)) == words(post.text)


def is_rendered_post(status: Record, post: Post) -> bool:
    """Whether a status is what becomes of a post whose text was taken for Markdown or HTML."""
    shown = letters(_text(status))
    is_same = shown in {letters(text) for text in as_markup(post.text)}
    return bool(shown) and is_same and _answers_same(status, post)


def _text(status: Record) -> str:
    return plain(json_values.word(status.get("content")) or "")


def _answers_same(status: Record, post: Post) -> bool:
    return json_values.ident(status.get("in_reply_to_id")) == post.in_reply_to


def receipt_of(status: Record, otherwise: datetime | None = None) -> Receipt | None:
    """The receipt of a status, made at `otherwise` where it says no time; None if it is none."""
    remote_id = json_values.ident(status.get("id"))
    at = json_values.recent(status.get("created_at")) or otherwise
    if remote_id is None or at is None or not isinstance(status.get("content"), str):
        return None
    url = json_values.address(status.get("url")) or json_values.address(status.get("uri"))
    return Receipt(remote_id=remote_id, url=url, at=at)
