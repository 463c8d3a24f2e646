"""The words of all tips that are up, kept in memory to be searched.

A bot has some hundred tips, seldom thousands, and each is short; they are read again when a page
was put up or taken down.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock

from bot.core.discussion.search_query import Term, folded, stands_in
from bot.core.model.delivery import Post
from bot.core.ports.site_store import Pages


@dataclass(frozen=True, slots=True)
class _Words:
    """A tip's words as they are compared."""

    tip: str
    title: str
    whole: str


@dataclass(kw_only=True, slots=True)
class TipIndex:
    """Finds tips by their words; any thread may ask."""

    _stamp: str = ""
    _words: Sequence[_Words] = ()
    _lock: Lock = field(default_factory=Lock)

    def search(self, pages: Pages, wanted: Sequence[Term]) -> list[str]:
        """The ids of tips that have all these terms: in their title first, then newest first."""
        found = [
            one for one in self._fresh(pages) if all(stands_in(term, one.whole) for term in wanted)
        ]
        found.sort(key=lambda one: not all(stands_in(term, one.title) for term in wanted))
        return [one.tip for one in found]

    def _fresh(self, pages: Pages) -> Sequence[_Words]:
        stamp = pages.stamp()
        with self._lock:
            if stamp != self._stamp:
                self._words = list(_read(pages))
                self._stamp = stamp
            return self._words


def _read(pages: Pages) -> Iterator[_Words]:
    for tip, post in pages.posts().items():
        yield _Words(tip, folded(post.title), folded("\n".join(_texts(post))))


def _texts(post: Post) -> Iterator[str]:
    """All that a reader can see of a tip on its page."""
    yield from (post.title, post.text, post.body, post.credit or "", *post.tags)
