"""What people and moderators want hidden: labels, blocks, mutes, detached quotes.

https://docs.bsky.app/docs/advanced-guides/moderation
"""

from collections.abc import Collection

from bot.outbound import json_values
from bot.outbound.json_values import Record
from bot.platforms.bluesky.inspect_account import BOT, self_labels

HIDING = frozenset(
    {
        "!hide",
        "!warn",
        "!takedown",
        "!suspend",
        "!no-unauthenticated",  # its author shows it only to people who are logged in
        "needs-review",
        "spam",
        "porn",
        "sexual",
        "nudity",
        "graphic-media",
        "gore",
        "nsfw",
    }
)
"""Labels on a post or its author with which Bluesky hides or covers it, or asks others to."""

_DISTANCE = ("muted", "blockedBy", "mutedByList", "blocking", "blockingByList")
_DETACHED = "app.bsky.embed.record#viewDetached"


def is_hidden(view: Record, hidden_replies: Collection[str] = ()) -> bool:
    """Whether the words of a post are not to be shown.

    `hidden_replies` are those that the account itself has hidden below its post.
    """
    author = json_values.record(view.get("author"))
    labels = _labels(view) | _labels(author) | self_labels(json_values.record(view.get("record")))
    between = json_values.record(author.get("viewer"))
    return (
        not HIDING.isdisjoint(labels)
        or any(between.get(one) for one in _DISTANCE)
        or view.get("uri") in hidden_replies
        or _is_detached(json_values.record(view.get("embed")))
    )


def hidden_below(view: Record) -> frozenset[str]:
    """The replies that the author of a post has hidden below it, by its threadgate."""
    gate = json_values.record(json_values.record(view.get("threadgate")).get("record"))
    return frozenset(json_values.words(gate.get("hiddenReplies")))


def is_bot(author: Record) -> bool:
    """Whether somebody's profile says that they are a bot."""
    did = author.get("did")
    labels = json_values.records(author.get("labels"))
    return any(one.get("val") == BOT and one.get("src") == did for one in labels)


def _labels(view: Record) -> set[str]:
    """The labels on a post or a profile that hold."""
    labels = json_values.records(view.get("labels"))
    return {json_values.word(one.get("val")) for one in labels if one.get("neg") is not True}


def _is_detached(embed: Record) -> bool:
    """Whether the author of a quoted post has detached it from this quote."""
    quoted = json_values.record(embed.get("record"))
    inner = json_values.record(quoted.get("record"))
    return _DETACHED in (quoted.get("$type"), inner.get("$type"))
