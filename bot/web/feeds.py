"""Feeds of tips and of the replies to one, for feed readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bot.core.config import Identity
from bot.core.pages import Page
from bot.core.when import iso
from bot.web.cards import Card, card
from bot.web.reading import home_of, networks_of
from bot.web.remarks import Remark, alone
from bot.web.seen import Seen
from bot.web.site import Site

AT_ONCE = 50
"""How many replies a feed has."""

VERSION = "https://jsonfeed.org/version/1.1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Replies:
    """The newest replies to a tip, newest first."""

    bot: Identity
    card: Card
    remarks: Sequence[Remark]

    def address(self, remark: Remark) -> str:
        """Where a reply stands on our page: its permalink."""
        return f"{self.card.address}?at={remark.place.anchor}#{remark.place.anchor}"


def replies(site: Site, page: Page) -> Replies:
    """The newest replies to the tip of a page."""
    config = site.config()
    with site.store.reading() as tx:
        entries = Seen(site, tx).newest(AT_ONCE, page.tip)
        networks = networks_of(tx, config, entries)
    remarks = [alone(entry, networks, home_of(config)) for entry in entries]
    return Replies(bot=config.bot, card=card(page, config), remarks=remarks)


def of_tips(bot: Identity, cards: Sequence[Card]) -> Mapping[str, object]:
    """The newest tips as a JSON Feed."""
    return {
        "version": VERSION,
        "title": bot.name,
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
        content_html=f"{one.body}{credit}",
        date_published=iso(one.first_at),
        date_modified=iso(one.at),
        tags=list(one.tags),
        language=one.language,
    )


def of_replies(told: Replies) -> Mapping[str, object]:
    """The newest replies to a tip as a JSON Feed."""
    about = told.card
    return {
        "version": VERSION,
        "title": f"Replies to {about.title}",
        "home_page_url": about.address,
        "feed_url": f"{about.address}/feed.json",
        "items": [_reply(told, remark) for remark in told.remarks],
    }


def _reply(told: Replies, remark: Remark) -> Mapping[str, object]:
    author = _filled(name=remark.place.name, url=remark.profile)
    return _filled(
        id=told.address(remark),
        url=told.address(remark),
        external_url=remark.url,
        content_html=str(remark.words),
        date_published=iso(remark.at),
        date_modified=iso(remark.edited_at) if remark.edited_at else None,
        authors=[author],
        language=remark.language,
    )


def _filled(**values: object) -> Mapping[str, object]:
    """The values that are there."""
    return {name: value for name, value in values.items() if value}
