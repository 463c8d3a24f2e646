"""What is said below a post, from the tree that the network answers with."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.core.text.fingerprint import fingerprint_of
from bot.outbound import json_values
from bot.outbound.json_values import Record
from bot.platforms.bluesky.listening.moderation import hidden_below, is_hidden

DEPTH = 100
"""How deep a tree is asked for at once; what lies deeper is asked for from there."""
MOST_TREES = 15
"""The most requests for one thread."""

AskTree = Callable[[str, int], Record | None]
"""Asks for the tree below a post, to a depth; None where the network does not have the post."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ThreadBelow:
    """The posts below a post, and those of them that its author has hidden."""

    views: tuple[Record, ...]
    hidden: frozenset[str]

    @property
    def fingerprint(self) -> str:
        """A text that is the same as long as the same posts are there, and shown."""
        return fingerprint_of(
            f"{one.get('uri')} {is_hidden(one, self.hidden)}" for one in self.views
        )


def read_below(ask: AskTree, uri: str) -> ThreadBelow | None:
    """All that the network shows below a post; None where it does not have the post.

    Posts that are deleted or blocked are shown without their content, and are left out.
    """
    views: dict[str, Record] = {}
    hidden: frozenset[str] | None = None
    waiting = deque([uri])
    for _ in range(MOST_TREES):
        if not waiting:
            break
        asked = waiting.popleft()
        tree = json_values.record((ask(asked, DEPTH) or {}).get("thread"))
        top = json_values.record(tree.get("post"))
        if hidden is None:
            if not top:
                return None
            hidden = hidden_below(top)
        found, deeper = _flat(tree)
        views |= {json_values.word(one.get("uri")): one for one in found}
        waiting += [one for one in deeper if one != asked]
    views.pop(uri, None)
    return ThreadBelow(views=tuple(views.values()), hidden=hidden or frozenset())


def _flat(tree: Record) -> tuple[list[Record], list[str]]:
    """The posts of a tree, its top left out, and those below which it was cut off."""
    views: list[Record] = []
    cut: list[str] = []
    level: list[Record] = [tree]
    for depth in range(DEPTH + 1):
        posts = [post for node in level if (post := json_values.record(node.get("post")))]
        views += posts if depth else []
        if depth == DEPTH:
            cut = [json_values.word(post.get("uri")) for post in posts if _is_answered(post)]
        level = list(_below(level))
    return views, cut


def _below(level: Iterable[Record]) -> Iterable[Record]:
    for node in level:
        yield from json_values.records(node.get("replies"))


def _is_answered(post: Record) -> bool:
    return json_values.number(post.get("replyCount")) != 0
