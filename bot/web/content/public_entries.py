"""What everybody may see now: what is shown to all, and fresh enough on its network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.app.discussion.public_view import FreshnessFilter
from bot.core.discussion.outline import Outline
from bot.core.discussion.search_query import Term
from bot.core.model.entry import Entry
from bot.core.ports.discussion_store import Tally
from bot.core.ports.unit_of_work import UnitOfWork
from bot.web.dependencies import SiteDependencies


class VisibleEntries:
    """The discussion as the public sees it, in one transaction."""

    def __init__(self, site: SiteDependencies, tx: UnitOfWork) -> None:
        config = site.config()
        self._site = site
        self._tx = tx
        self._unlisted = config.bot.show_unlisted
        self._shown = tx.public_entries.including_unlisted(unlisted=self._unlisted)
        self._withholder = FreshnessFilter(config=config, capabilities_of=site.capabilities_of)

    def outline(self, tip: str) -> tuple[Outline, int]:
        """The outline of a tip's discussion, and the history's line up to which it is true."""
        return self._site.outlines.of(self._tx, tip, unlisted=self._unlisted)

    def tallies(self, tips: Sequence[str]) -> Mapping[str, Tally]:
        """How much was said under each of these tips, and when last."""
        return self._site.outlines.tallies(self._tx, tips, unlisted=self._unlisted)

    def several(self, ids: Iterable[int]) -> Mapping[int, Entry]:
        """These entries by number."""
        return {one.id: one for one in self._fresh(self._shown.several(ids).values())}

    def newest(self, limit: int, tip: str | None = None) -> Sequence[Entry]:
        """The newest entries under any tip, or under this one, newest first."""
        return self._fresh(self._shown.newest(limit, tip))

    def search(
        self, wanted: Sequence[Term], limit: int, before: int | None = None
    ) -> Sequence[Entry]:
        """Entries that have all these terms; one that is withheld comes without its words."""
        return self._fresh(self._shown.search(wanted, limit, before))

    def _fresh(self, entries: Iterable[Entry]) -> list[Entry]:
        return self._withholder.shown(self._tx, entries, self._site.clock.now())
