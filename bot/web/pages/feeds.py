"""Feeds of tips, of the replies to one and of those to all, for feed readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from bot.core.datetimes import iso
from bot.core.model.config import Identity
from bot.core.model.site_page import Page
from bot.core.text.inline_markup import warning_line
from bot.web.content.author_labels import marked_name
from bot.web.content.html import paragraphs
from bot.web.content.public_entries import VisibleEntries
from bot.web.content.queries import home_of, networks_of
from bot.web.dependencies import SiteDependencies
from bot.web.pages.cards import Card, card
from bot.web.pages.comments import CommentView, alone
from bot.web.pages.no_tips import sentence

AT_ONCE = 50
"""How many replies a feed has."""

LOOK_BACK = 4 * AT_ONCE
"""Among so many they are looked for where some may be about a tip that was taken back."""

LONG_AGO = datetime.fromisoformat("1970-01-01T00:00:00+00:00")

VERSION = "https://jsonfeed.org/version/1.1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """A reply, and the tip that it is about."""

    card: Card
    remark: CommentView

    @property
    def address(self) -> str:
        """Where it stands on our page: its permalink."""
        return f"{self.card.address}?at={self.remark.place.anchor}#{self.remark.place.anchor}"

    @property
    def words(self) -> str:
        """What was said; or, while that is withheld, where it can be read."""
        if not self.remark.withheld:
            return self._folded(Markup("{}{}").format(self.remark.words, self._rest))
        way = Markup(': <a href="{}">read them on {}</a>').format(
            self.remark.url, self.remark.network
        )
        return Markup("<p>These words are not shown here now{}.</p>").format(
            way if self.remark.url else ""
        )

    @property
    def _rest(self) -> str:
        """The way to the rest of what is too long."""
        if not (self.remark.is_cut and self.remark.url):
            return ""
        rest = Markup('<p><a href="{}">Read the rest on {}</a></p>')
        return rest.format(self.remark.url, self.remark.network)

    def _folded(self, words: str) -> str:
        """The words behind their warning, if they have one."""
        if not self.remark.warning:
            return words
        return Markup("<details><summary>{}</summary>{}</details>").format(
            warning_line(self.remark.warning), words
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Replies:
    """The newest replies, newest first: `about` a page of ours, in feeds at `place` with an ending.

    `begun` is when there was the first thing to reply to; `empty` says when there will be.
    """

    title: str
    about: str
    place: str
    begun: datetime
    replies: Sequence[Reply]
    empty: str = ""

    @property
    def updated(self) -> datetime:
        """When the last of them was said or edited."""
        times = (one.remark.edited_at or one.remark.at for one in self.replies)
        return max(times, default=self.begun)


def replies(site: SiteDependencies, page: Page) -> Replies:
    """The newest replies to the tip of a page."""
    about = card(page, site.config())
    return Replies(
        title=f"Replies to {about.title}",
        about=about.address,
        place=f"{about.address}/feed",
        begun=about.at,
        replies=_newest(site, AT_ONCE, page.tip),
    )


def all_replies(site: SiteDependencies) -> Replies:
    """The newest replies to all tips whose pages are up."""
    bot = site.config().bot
    up = site.pages.newest(1)
    return Replies(
        title=f"Replies to {bot.name}",
        about=f"{bot.site}/",
        place=f"{bot.site}/replies",
        begun=up[0].at if up else LONG_AGO,
        replies=_newest(site, LOOK_BACK)[:AT_ONCE],
        empty=sentence(site).striptags(),
    )


def _newest(site: SiteDependencies, limit: int, tip: str | None = None) -> list[Reply]:
    """The newest, but for those to a tip whose page is not up."""
    config = site.config()
    with site.store.reading() as tx:
        entries = VisibleEntries(site, tx).newest(limit, tip)
        networks = networks_of(tx, config, entries)
    pages = {tip: site.pages.get(tip) for tip in {entry.tip for entry in entries} if tip}
    cards = {tip: card(page, config) for tip, page in pages.items() if page and page.gone is None}
    return [
        Reply(card=cards[entry.tip], remark=alone(entry, networks, home_of(config)))
        for entry in entries
        if entry.tip in cards
    ]


def of_tips(bot: Identity, cards: Sequence[Card], empty: str) -> Mapping[str, object]:
    """The newest tips as a JSON Feed, or with `empty` when one comes."""
    return {
        "version": VERSION,
        "title": bot.name,
        **_filled(description=empty),
        "home_page_url": f"{bot.site}/",
        "feed_url": f"{bot.site}/feed.json",
        "authors": [{"name": bot.name, "url": f"{bot.site}/"}],
        "items": [_tip(one) for one in cards],
    }


def _tip(one: Card) -> Mapping[str, object]:
    credit = Markup("<p>Credit: {}</p>").format(one.credit) if one.credit else ""
    return _filled(
        id=one.address,
        url=one.address,
        external_url=one.source,
        title=one.title,
        summary=one.summary,
        content_html=f"{one.body}{credit}" or str(paragraphs(one.title)),
        date_published=iso(one.first_at),
        date_modified=iso(one.at),
        tags=list(one.tags),
        language=one.language,
    )


def of_replies(bot: Identity, told: Replies) -> Mapping[str, object]:
    """The newest replies as a JSON Feed."""
    return {
        "version": VERSION,
        "title": told.title,
        **_filled(description=told.empty),
        "home_page_url": told.about,
        "feed_url": f"{told.place}.json",
        "items": [_reply(bot, one) for one in told.replies],
    }


def _reply(bot: Identity, one: Reply) -> Mapping[str, object]:
    remark = one.remark
    name = marked_name(remark, bot)
    author = _filled(name=name, url=remark.profile)
    return _filled(
        id=one.address,
        url=one.address,
        external_url=remark.url,
        title=f"{name} on {one.card.title}",
        summary=warning_line(remark.warning) if remark.warning else None,
        content_html=str(one.words),
        date_published=iso(remark.at),
        date_modified=iso(remark.edited_at) if remark.edited_at else None,
        authors=[author],
        language=remark.language,
    )


def _filled(**values: object) -> Mapping[str, object]:
    """The values that are there."""
    return {name: value for name, value in values.items() if value}
