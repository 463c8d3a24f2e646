"""An index in memory of the words of all tips that are up.

A bot has some hundred tips, seldom thousands, and each is short; they are read again after a page
was put up or taken down.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock

from bot.core.discussion.search_query import Term, folded, stands_in
from bot.core.model.delivery import Post
from bot.core.ports.site_store import Pages
from bot.core.summary.page_text import body
from bot.core.text.markup.inline_html import decoded
from bot.core.text.markup.markdown import plain


@dataclass(kw_only=True, slots=True)
class TipIndex:
    """Finds tips by their words; thread-safe."""

    _stamp: str = ""
    #: id, title and whole text of each tip, as they are compared
    _texts: Sequence[tuple[str, str, str]] = ()
    _lock: Lock = field(default_factory=Lock)

    def search(self, pages: Pages, wanted: Sequence[Term]) -> list[str]:
        """The ids of tips that have all these terms: in their title first, then newest first."""
        found = [
            (tip, title)
            for tip, title, text in self._update(pages)
            if all(stands_in(term, text) for term in wanted)
        ]
        found.sort(key=lambda one: not all(stands_in(term, one[1]) for term in wanted))
        return [tip for tip, _ in found]

    def _update(self, pages: Pages) -> Sequence[tuple[str, str, str]]:
        stamp = pages.stamp()
        with self._lock:
            if stamp != self._stamp:
                self._texts = [_comparable(tip, post) for tip, post in pages.posts().items()]
                self._stamp = stamp
            return self._texts


def _comparable(tip: str, post: Post) -> tuple[str, str, str]:
    title = plain(post.title)
    texts = (title, post.text, body(post.body), decoded(post.credit or ""), *post.tags)
    return tip, folded(title), folded("\n".join(texts))
