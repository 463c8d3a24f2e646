"""Finds a post among our own statuses, from the newest back to the time of its sending."""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime

from bot.core.errors import RetryLater
from bot.core.model.delivery import Post, Receipt
from bot.core.model.lookup import Absent, CannotTell, Found
from bot.platforms.mastodon.http import json_values
from bot.platforms.mastodon.http.json_values import Record
from bot.platforms.mastodon.rendered_text import as_markup, letters
from bot.platforms.mastodon.status_text import plain, words

PAGE = 40
PAGES = 10
"""How far back to look: no account posts more between a sending and the look for it."""

AskPage = Callable[[int, str | None], list[Record]]
"""Asks for one page of our own statuses, newest first, by its length and `max_id`."""

Own = Iterator[tuple[Record, Receipt]]
"""Our own statuses, each with its receipt."""


class _Doubt(Exception):
    """The list ended before everything was seen."""


def walk(ask: AskPage, since: Callable[[], datetime]) -> Own:
    """Every status made at or after `since()`, newest first. Raises _Doubt if it cannot be sure.

    `since` is called after a page: the server's clock is read from its answer.
    """
    oldest = None
    for _ in range(PAGES):
        page = ask(PAGE, oldest)
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


def look(statuses: Own, post: Post, taken: Collection[str]) -> Found | Absent | CannotTell:
    """Find the earliest of these statuses that has the text of `post`.

    Those whose ids are `taken` are skipped. Where none has the exact text, one counts that shows
    it as a server does that has taken the text for markup.
    """
    exact, rendered, doubt = None, None, ""
    try:
        for status, receipt in statuses:
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


def own(statuses: Own, in_reply_to: str | None) -> frozenset[str]:
    """The ids of those of these statuses that answer this one (None: nothing).

    Raises RetryLater where it is unsure.
    """
    try:
        return frozenset(
            receipt.remote_id
            for status, receipt in statuses
            if json_values.ident(status.get("in_reply_to_id")) == in_reply_to
        )
    except _Doubt as why:
        raise RetryLater(str(why), "look at the account yourself") from None


def is_post(status: Record, post: Post) -> bool:
    """Whether a status has the text of a post, in answer to the same status."""
    return _answers_same(status, post) and words(_text(status)) == words(post.text)


def is_rendered_post(status: Record, post: Post) -> bool:
    """Whether a status shows a post whose text was taken for Markdown or HTML."""
    shown = letters(_text(status))
    is_same = shown in {letters(text) for text in as_markup(post.text)}
    return bool(shown) and is_same and _answers_same(status, post)


def _text(status: Record) -> str:
    return plain(json_values.word(status.get("content")) or "")


def _answers_same(status: Record, post: Post) -> bool:
    return json_values.ident(status.get("in_reply_to_id")) == post.in_reply_to


def receipt_of(status: Record, otherwise: datetime | None = None) -> Receipt | None:
    """The receipt of a status, made at `otherwise` where it has no time; None for no status."""
    remote_id = json_values.ident(status.get("id"))
    at = json_values.recent(status.get("created_at")) or otherwise
    if remote_id is None or at is None or not isinstance(status.get("content"), str):
        return None
    url = json_values.address(status.get("url")) or json_values.address(status.get("uri"))
    return Receipt(remote_id=remote_id, url=url, at=at)
