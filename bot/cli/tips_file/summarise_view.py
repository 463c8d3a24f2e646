"""A tip and its proposals, as lines for people and as a record for programs."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

import typer

from bot.app.tips.appearance import Appearance
from bot.app.tips.propose import Review
from bot.bootstrap.settings.secrets import redacted
from bot.core.text.sanitize import one_line, shown

MOST = 400
"""Characters of a tip's text that are shown with it."""
NOTHING = "nothing to look at: no summary is missing or doubtful"
HOW_TO = "nothing was changed; to choose or write summaries, run this in a terminal"
HOW_TO_IN_A_FLEET = (
    "nothing was changed; to choose or write summaries, name the file in the bot's folder with"
    " --file instead of --bot, and sync afterwards"
)


def show(*lines: str, err: bool = False) -> None:
    """Print lines without control characters and credentials, which a model may send back."""
    for line in lines:
        typer.echo(redacted(shown(line)), err=err)


def show_json(line: dict[str, Any]) -> None:
    """Print a line for programs, without credentials either."""
    typer.echo(redacted(json.dumps(line, ensure_ascii=False)))


def lines(review: Review) -> Iterator[str]:
    """A tip and its proposals for people."""
    tip, current = review.tip, review.current
    yield f"{tip.id}: {tip.title}  ({review.number} of {review.total})"
    yield f"  text: {one_line(tip.text, MOST)}"
    if tip.summary:
        yield f"  yours: {tip.summary}"
    yield from (f"  doubtful: {doubt}" for doubt in current.doubts)
    proposed = {post for one in review.proposals for post in one.posts}
    yield from posts((post for post in current.posts if post not in proposed), "  now ")
    for number, one in enumerate(review.proposals, 1):
        summary = one.summary
        yield f"  {number}. {summary.how}, {summary.sure:.0%} sure"
        yield from posts(one.posts, "     ")
        yield from (f"     doubtful: {doubt}" for doubt in summary.doubts if doubt != summary.how)
    yield from (f"  rejected a proposal of the model: {why}" for why in review.left_out)
    if not review.proposals:
        yield "  nothing to propose: write your own"


def posts(found: Iterable[Appearance], begin: str) -> Iterator[str]:
    """Whole posts for people, each with its accounts and its length."""
    for one in found:
        yield f"{begin}{', '.join(one.accounts)}, {one.length}/{one.limit}: {one.text}"


def record(review: Review) -> dict[str, Any]:
    """The same for programs."""
    current = review.current
    return {
        "tip": review.tip.id,
        "summary": review.tip.summary,
        "sure": current.sure,
        "doubts": list(current.doubts),
        "posts": [asdict(post) for post in current.posts],
        "proposals": [
            {
                "text": one.summary.text,
                "how": one.summary.how,
                "sure": one.summary.sure,
                "doubts": list(one.summary.doubts),
                "by_model": one.by_model,
                "posts": [asdict(post) for post in one.posts],
            }
            for one in review.proposals
        ],
        "left_out": list(review.left_out),
        "trouble": review.trouble,
    }
