"""What a search shows: tips, who said it, where, and the words around what was looked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from bot.core.discussion.search_query import QUERY_MAX, Term, opened, places, terms
from bot.core.model.entry import Entry
from bot.core.text.sanitize import harmless
from bot.web.content.public_entries import VisibleEntries
from bot.web.content.queries import home_of, networks_of
from bot.web.dependencies import SiteDependencies
from bot.web.pages.cards import Card, card
from bot.web.pages.comments import CommentView, alone

AT_ONCE = 20
TIPS = 10
"""So many tips are shown."""

AROUND = 140
"""Characters shown before the first place, and twice as many after it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """An entry that was found: under which tip, its words and warning with the places marked."""

    card: Card
    remark: CommentView
    words: Markup
    warning: Markup


@dataclass(frozen=True, kw_only=True, slots=True)
class TipHit:
    """A tip that was found, its title and its words with the places marked."""

    card: Card
    title: Markup
    words: Markup


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchResults:
    """What a query found: tips, and what was said, the last first.

    `older` is the number below which more was said; `more_tips` were found than are shown.
    `is_empty`: there was nothing in it to look for. `is_wide`: beginnings of words were found.
    """

    query: str
    tips: Sequence[TipHit] = ()
    more_tips: int = 0
    hits: Sequence[Hit] = ()
    older: int | None = None
    is_empty: bool = False
    is_wide: bool = False


def search(site: SiteDependencies, query: str, before: int | None = None) -> SearchResults:
    """Look for a query: for its words, and where nothing has them all, for words that begin so."""
    typed = harmless(query[:QUERY_MAX])
    wanted = terms(query)
    if not wanted:
        return SearchResults(query=typed, is_empty=True)
    config = site.config()
    with site.store.reading() as tx:
        seen = VisibleEntries(site, tx)
        entries = seen.search(wanted, AT_ONCE + 1, before)
        is_wide = not entries
        if is_wide:
            wanted = opened(wanted)
            entries = seen.search(wanted, AT_ONCE + 1, before)
        networks = networks_of(tx, config, entries)
    tips = [] if before else _tips(site, terms(query))
    hits = [
        _hit(site, entry, wanted, alone(entry, networks, home_of(config)))
        for entry in entries[:AT_ONCE]
        if not entry.withheld
    ]
    older = entries[AT_ONCE - 1].id if len(entries) > AT_ONCE else None
    return SearchResults(
        query=typed,
        tips=[hit for tip in tips[:TIPS] if (hit := _tip_hit(site, tip, terms(query)))],
        more_tips=max(len(tips) - TIPS, 0),
        hits=[hit for hit in hits if hit is not None],
        older=older,
        is_wide=is_wide and bool(entries),
    )


def _tips(site: SiteDependencies, wanted: Sequence[Term]) -> list[str]:
    """The tips that have all these terms, or else words that begin so."""
    found = site.tip_index.search(site.pages, wanted)
    return found or site.tip_index.search(site.pages, opened(wanted))


def _tip_hit(site: SiteDependencies, tip: str, wanted: Sequence[Term]) -> TipHit | None:
    page = site.pages.get(tip)
    if page is None or page.gone is not None:
        return None
    about = card(page, site.config())
    wanted = [*wanted, *opened(wanted)]
    body = page.post.body if places(page.post.body, wanted) else about.summary
    title = marked(about.title, wanted)
    return TipHit(card=about, title=title, words=marked(body, wanted))


def _hit(
    site: SiteDependencies, entry: Entry, wanted: Sequence[Term], remark: CommentView
) -> Hit | None:
    """The hit, if its tip's page is up."""
    page = site.pages.get(entry.tip or "")
    if page is None or page.gone is not None:
        return None
    return Hit(
        card=card(page, site.config()),
        remark=remark,
        words=marked(entry.text, wanted),
        warning=marked(entry.warning or "", wanted),
    )


def marked(text: str, wanted: Sequence[Term]) -> Markup:
    """The part of a text where the first of the terms is, with every place of theirs marked."""
    text = " ".join(harmless(text).split())
    found = places(text, wanted)
    first = found[0][0] if found else 0
    begin = _at_a_space(text, first - AROUND)
    end = min(len(text), begin + 3 * AROUND)
    parts = [escape("… " if begin else "")]
    at = begin
    for start, stop in found:
        if start >= begin and stop <= end:
            parts += [escape(text[at:start]), Markup("<mark>{}</mark>").format(text[start:stop])]
            at = stop
    parts += [escape(text[at:end]), escape(" …" if end < len(text) else "")]
    return Markup("").join(parts)


def _at_a_space(text: str, at: int) -> int:
    """The beginning of the first word after a place; or the place itself where no space is near."""
    if at <= 0:
        return 0
    space = text.find(" ", at, at + AROUND // 2)
    return at if space < 0 else space + 1
