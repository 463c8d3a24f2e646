"""A generated discussion: replies to a post, and replies to replies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from bench.sample_texts import ordinary
from bot.core.model.entry import Author, Entry, EntryKind

SEED = 5_000
BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def replies(count: int, tip: str) -> Iterator[Entry]:
    """This many replies on one account; half of them answer one of the twenty before.

    The others have the tip; the log has to find it for the answers.
    """
    random = Random(SEED)
    for number in range(count):
        text = ordinary(random)
        answers = number > 0 and random.random() < 0.5
        parent = f"reply-{max(number - random.randint(1, 20), 0)}" if answers else "post"
        yield Entry(
            account="mastodon",
            remote_id=f"reply-{number}",
            kind=EntryKind.REPLY,
            author=Author(
                name=f"Reader {number % 97}",
                handle=f"@reader{number % 97}@example.social",
                url=f"https://example.social/@reader{number % 97}",
            ),
            text=text,
            html=f"<p>{text}</p>",
            at=BEGIN + timedelta(seconds=number),
            in_reply_to=parent,
            tip=None if answers else tip,
            url=f"https://example.social/@reader{number % 97}/{number}",
            language="en",
        )
