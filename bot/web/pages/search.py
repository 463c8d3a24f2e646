"""Search results: tips and entries, with the words around each match."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from bot.core.discussion.search_query import QUERY_MAX, Term, opened, places, terms
from bot.core.text.sanitize import harmless
from bot.web.content.queries import networks_of
from bot.web.dependencies import SiteDependencies
from bot.web.pages.cards import Card, card
from bot.web.pages.comments import CommentView, entry_view

HITS = 20
TIP_HITS = 10
"""How many tips are shown."""

AROUND = 140
"""Characters shown before the first match, and twice as many after it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """An entry that was found, its tip, and its words and warning with the matches marked."""

    card: Card
    comment: CommentView
    words: Markup
    warning: Markup


@dataclass(frozen=True, kw_only=True, slots=True)
class TipHit:
    """A tip that was found, its title and its words with the matches marked."""

    card: Card
    title: Markup
    words: Markup


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchResults:
    """The tips and entries that match a query, the newest first."""

    query: str
    tips: Sequence[TipHit] = ()
    #: how many more tips were found than are shown
    more_tips: int = 0
    hits: Sequence[Hit] = ()
    #: the number of the entry below which there are more
    older: int | None = None
    #: the query has no words
    is_empty: bool = False
    #: beginnings of words were found
    is_wide: bool = False


def search(site: SiteDependencies, query: str, before: int | None = None) -> SearchResults:
    """Search for the words of a query, and if nothing has them all, for words that begin so."""
    typed = harmless(query[:QUERY_MAX])
    wanted = exact = terms(query)
    if not exact:
        return SearchResults(query=typed, is_empty=True)
    config = site.config()
    with site.store.reading() as tx:
        visible = site.visible(tx)
        entries = visible.search(exact, HITS + 1, before)
        is_wide = not entries
        if is_wide:
            wanted = opened(exact)
            entries = visible.search(wanted, HITS + 1, before)
        networks = networks_of(tx, config)
    tips = [] if before else _tips(site, exact)
    shown = [entry for entry in entries[:HITS] if not entry.withheld]
    pages = site.published({entry.tip for entry in shown if entry.tip})
    return SearchResults(
        query=typed,
        tips=_tip_hits(site, tips[:TIP_HITS], exact),
        more_tips=max(len(tips) - TIP_HITS, 0),
        hits=[
            Hit(
                card=card(pages[entry.tip], config),
                comment=entry_view(entry, networks),
                words=marked(entry.text, wanted),
                warning=marked(entry.warning or "", wanted),
            )
            for entry in shown
            if entry.tip in pages
        ],
        older=entries[HITS - 1].id if len(entries) > HITS else None,
        is_wide=is_wide and bool(entries),
    )


def _tips(site: SiteDependencies, wanted: Sequence[Term]) -> list[str]:
    """The tips that have all these terms, or else words that begin so."""
    found = site.tip_index.search(site.pages, wanted)
    return found or site.tip_index.search(site.pages, opened(wanted))


def _tip_hits(site: SiteDependencies, tips: Sequence[str], wanted: Sequence[Term]) -> list[TipHit]:
    wanted = [*wanted, *opened(wanted)]
    hits = []
    for page in site.published(tips).values():
        about = card(page, site.config())
        body = about.body.striptags()
        words = marked(body if places(body, wanted) else about.description, wanted)
        hits.append(TipHit(card=about, title=marked(about.title, wanted), words=words))
    return hits


def marked(text: str, wanted: Sequence[Term]) -> Markup:
    """The part of a text with the first match of the terms, with every match in it marked."""
    text = " ".join(harmless(text).split())
    found = places(text, wanted)
    first = found[0][0] if found else 0
    begin = _word_begin(text, first - AROUND)
    end = min(len(text), begin + 3 * AROUND)
    parts = [escape("… " if begin else "")]
    at = begin
    for start, stop in found:
        if start >= begin and stop <= end:
            parts += [escape(text[at:start]), Markup("<mark>{}</mark>").format(text[start:stop])]
            at = stop
    parts += [escape(text[at:end]), escape(" …" if end < len(text) else "")]
    return Markup("").join(parts)


def _word_begin(text: str, at: int) -> int:
    """The beginning of the first word after an index; the index itself if no space is near."""
    if at <= 0:
        return 0
    space = text.find(" ", at, at + AROUND // 2)
    return at if space < 0 else space + 1
