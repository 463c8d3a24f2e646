"""Feeds of tips, of the replies to one tip and of all replies, as Atom and as JSON Feed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from markupsafe import Markup

from bot.core.datetimes import iso
from bot.core.model.config import Identity
from bot.core.model.site_page import Page
from bot.core.text.markup.inline_markup import warning_line
from bot.web.content.queries import index, networks_of, notice_without_tips
from bot.web.content.sanitize_html import paragraphs
from bot.web.dependencies import SiteDependencies
from bot.web.pages.cards import Card, card
from bot.web.pages.comments import CommentView, entry_view
from bot.web.rendering import labelled_name

REPLIES_MAX = 50
"""How many replies a feed has."""

LOOK_BACK = 4 * REPLIES_MAX
"""Entries, the newest, among which replies are looked for if some tips may be retracted."""

LONG_AGO = datetime.fromisoformat("1970-01-01T00:00:00+00:00")

VERSION = "https://jsonfeed.org/version/1.1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """A reply and its tip."""

    card: Card
    comment: CommentView

    @property
    def address(self) -> str:
        """Its permalink on the site."""
        anchor = self.comment.place.anchor
        return f"{self.card.address}?at={anchor}#{anchor}"

    @property
    def content(self) -> Markup:
        """The words; while they are withheld, a link to the original."""
        comment = self.comment
        link = Markup(': <a href="{}">read them on {}</a>').format(comment.url, comment.network)
        if comment.withheld:
            text = Markup("<p>These words are not shown here now{}.</p>")
            return text.format(link if comment.url else "")
        content = Markup("{}").format(comment.words)
        if comment.is_cut and comment.url:
            rest = Markup('<p><a href="{}">Read the rest on {}</a></p>')
            content += rest.format(comment.url, comment.network)
        if comment.warning:
            details = Markup("<details><summary>{}</summary>{}</details>")
            content = details.format(warning_line(comment.warning), content)
        return content


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """Tips or replies, newest first."""

    title: str
    #: the page with the same content
    page: str
    #: the feed itself, without its ending
    address: str
    updated: datetime
    cards: Sequence[Card] = ()
    replies: Sequence[Reply] = ()
    #: when a tip comes, if there is none
    empty: str = ""
    authors: Sequence[Mapping[str, str]] = field(default=())

    def as_json(self, bot: Identity) -> Mapping[str, object]:
        """The same as a JSON Feed."""
        return {
            "version": VERSION,
            "title": self.title,
            **_filled(description=self.empty),
            "home_page_url": self.page,
            "feed_url": f"{self.address}.json",
            **_filled(authors=self.authors),
            "items": [*map(_tip_item, self.cards), *(_reply_item(bot, r) for r in self.replies)],
        }


def tip_feed(site: SiteDependencies) -> Feed:
    """The newest tips."""
    bot, cards = site.config().bot, index(site).cards
    return Feed(
        title=bot.name,
        page=f"{bot.site}/",
        address=f"{bot.site}/feed",
        updated=max((card.at for card in cards), default=LONG_AGO),
        cards=cards,
        empty=notice_without_tips(site).striptags(),
        authors=[{"name": bot.name, "url": f"{bot.site}/"}],
    )


def reply_feed(site: SiteDependencies, page: Page) -> Feed:
    """The newest replies to the tip of a page."""
    about = card(page, site.config())
    replies = _newest(site, REPLIES_MAX, page.tip)
    return Feed(
        title=f"Replies to {about.title}",
        page=about.address,
        address=f"{about.address}/feed",
        updated=_updated(replies, about.at),
        replies=replies,
    )


def all_replies_feed(site: SiteDependencies) -> Feed:
    """The newest replies to all tips whose pages are up."""
    bot, newest = site.config().bot, site.pages.newest(1)
    replies = _newest(site, LOOK_BACK)[:REPLIES_MAX]
    return Feed(
        title=f"Replies to {bot.name}",
        page=f"{bot.site}/",
        address=f"{bot.site}/replies",
        updated=_updated(replies, newest[0].at if newest else LONG_AGO),
        replies=replies,
        empty=notice_without_tips(site).striptags(),
    )


def _updated(replies: Sequence[Reply], default: datetime) -> datetime:
    """When the last of them was written or edited."""
    times = (one.comment.edited_at or one.comment.at for one in replies)
    return max(times, default=default)


def _newest(site: SiteDependencies, limit: int, tip: str | None = None) -> list[Reply]:
    """The newest replies, without those to a tip whose page is not up."""
    config = site.config()
    with site.store.reading() as tx:
        entries = site.visible(tx).newest(limit, tip)
        networks = networks_of(tx, config)
    pages = site.published({entry.tip for entry in entries if entry.tip})
    cards = {tip: card(page, config) for tip, page in pages.items()}
    return [
        Reply(card=cards[entry.tip], comment=entry_view(entry, networks))
        for entry in entries
        if entry.tip in cards
    ]


def _tip_item(one: Card) -> Mapping[str, object]:
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


def _reply_item(bot: Identity, one: Reply) -> Mapping[str, object]:
    comment = one.comment
    name = labelled_name(comment, bot)
    return _filled(
        id=one.address,
        url=one.address,
        external_url=comment.url,
        title=f"{name} on {one.card.title}",
        summary=warning_line(comment.warning) if comment.warning else None,
        content_html=str(one.content),
        date_published=iso(comment.at),
        date_modified=iso(comment.edited_at) if comment.edited_at else None,
        authors=[_filled(name=name, url=comment.profile)],
        language=comment.language,
    )


def _filled(**values: object) -> Mapping[str, object]:
    """The values that are not empty."""
    return {name: value for name, value in values.items() if value}
