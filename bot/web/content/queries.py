"""The content of pages, read from the published tips and the discussion."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote, urlsplit

from markupsafe import Markup

from bot.core.datetimes import iso
from bot.core.discussion.outline import Outline
from bot.core.model.config import Account, Config
from bot.core.model.delivery import Delivery, State
from bot.core.model.entry import Entry
from bot.core.model.site_page import Page
from bot.core.ports.unit_of_work import UnitOfWork
from bot.core.text.sanitize import number
from bot.web.content.sanitize_html import web_address
from bot.web.dependencies import SiteDependencies
from bot.web.pages.cards import Card, ShareText, card, share_text
from bot.web.pages.comments import (
    CollapsedBranch,
    CommentView,
    DiscussionPage,
    Networks,
    collapsed,
    discussion_page,
    entry_view,
    needed,
    thread_views,
)
from bot.web.pages.pictures import PagePicture
from bot.web.rendering import moment

_HANDLE = re.compile(r"@[A-Za-z0-9_.-]{1,64}")
INDEX_TIPS = 20
"""How many tips the index and the feed show at once."""

DISCUSSED_TIPS = 5
"""How many recently discussed tips the index shows."""

LOOK_BACK = 100
"""Entries, the newest, among which recently discussed tips are looked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TipDiscussion:
    """A tip that is discussed, and the newest entry."""

    card: Card
    comment: CommentView


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexPage:
    """The posted tips, newest first."""

    cards: Sequence[Card]
    #: the time before which there are more
    older: datetime | None
    discussions: Sequence[TipDiscussion]
    #: the line of the history up to which this is true
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TipPage:
    """A tip with all that belongs to it, and one page of its discussion."""

    card: Card
    #: networks and addresses of the tip's other posts
    elsewhere: Sequence[tuple[str, str]]
    share: ShareText
    #: None: this machine cannot draw the tip's card
    picture: PagePicture | None
    #: the bot's handle in the fediverse, such as @tips@social.example
    creator: str | None
    page: DiscussionPage
    comments: Sequence[CommentView]
    collapsed: Sequence[CommentView | CollapsedBranch]
    #: the line of the history up to which this is true
    line: int


def index(site: SiteDependencies, before: datetime | None = None) -> IndexPage:
    """The newest tips, or the newest posted before a time; without one, also recent discussions."""
    pages = site.pages.newest(INDEX_TIPS + 1, before)
    shown = pages[:INDEX_TIPS]
    config = site.config()
    with site.store.reading() as tx:
        discussions = recent_discussions(site, tx, config) if before is None else []
        tallies = site.visible(tx).tallies([page.tip for page in shown])
        line = tx.log.last_event()
    return IndexPage(
        cards=[card(page, config, tallies.get(page.tip)) for page in shown],
        older=shown[-1].at if len(pages) > INDEX_TIPS else None,
        discussions=discussions,
        line=line,
    )


def recent_discussions(
    site: SiteDependencies, tx: UnitOfWork, config: Config
) -> list[TipDiscussion]:
    """The tips that were discussed last, each with its newest entry."""
    newest: dict[str, Entry] = {}
    visible = site.visible(tx)
    for entry in visible.newest(LOOK_BACK):
        if entry.tip is not None and len(newest) < DISCUSSED_TIPS:
            newest.setdefault(entry.tip, entry)
    tallies, networks = visible.tallies(list(newest)), networks_of(tx, config)
    return [
        TipDiscussion(
            card=card(page, config, tallies.get(tip)), comment=entry_view(newest[tip], networks)
        )
        for tip, page in site.published(newest).items()
    ]


def tip_page(
    site: SiteDependencies, page: Page, number: int, wanted: str | None = None
) -> TipPage | None:
    """A tip, its other posts, and one page of its discussion on all networks.

    That is the page with the wanted anchor, else the one of this number; None where there is none.
    """
    config = site.config()
    with site.store.reading() as tx:
        visible, networks = site.visible(tx), networks_of(tx, config)
        outline, line = visible.outline(page.tip)
        found = discussion_page(outline, number, _line(tx, outline, wanted, networks.site))
        if found is None:
            return None
        entries = visible.several(needed(outline, found.lines))
        posts = list(_other_posts(tx, config, page.tip))
        tally = visible.tallies([page.tip]).get(page.tip)
    comments = thread_views(outline, found.lines, entries, networks)
    about = card(page, config, tally)
    return TipPage(
        card=about,
        elsewhere=list(_addresses(posts, networks)),
        share=share_text(page.post, about.address, [one.post for one in posts]),
        picture=site.pictures.about(page.post),
        creator=_creator(posts, config),
        page=found,
        comments=comments,
        collapsed=collapsed(comments, wanted),
        line=line,
    )


def site_account(config: Config) -> str:
    """The name of the site's account."""
    return config.site.name if config.site else ""


def networks_of(tx: UnitOfWork, config: Config) -> Networks:
    """The names of the accounts' networks."""
    names = {account.name: _network(tx, account) for account in config.accounts}
    return Networks(names=names, site=site_account(config))


def _network(tx: UnitOfWork, account: Account) -> str:
    if account.kind == "site":
        return "this site"
    traits = tx.accounts.get(account.name).traits
    return traits.network if traits else account.kind.capitalize()


def _line(tx: UnitOfWork, outline: Outline, wanted: str | None, site: str) -> int | None:
    """The line with the entry that an anchor names, or None."""
    kind, _, name = (wanted or "").partition("-")
    if kind == "comment":
        comment = tx.log.find(site, unquote(name))
        entry = None if comment is None else comment.id
    else:
        entry = number(name) if kind == "entry" else None
    return None if entry is None else outline.line_of(entry)


def _other_posts(tx: UnitOfWork, config: Config, tip: str) -> Iterator[Delivery]:
    """The newest post of the tip on each other account that still exists there."""
    for account in config.accounts:
        for delivery in tx.ledger.of_tip(tip, account.name) if account.kind != "site" else ():
            is_posted = delivery.state is State.POSTED and delivery.receipt is not None
            if is_posted and delivery.post.in_reply_to is None:
                yield delivery
                break


def _creator(posts: Iterable[Delivery], config: Config) -> str | None:
    """The handle of an account in the fediverse, as the address of its post names it."""
    for one in posts:
        account = config.account(one.account)
        if account is None or account.kind != "mastodon" or one.receipt is None:
            continue
        parts = urlsplit(one.receipt.url or "")
        name = parts.path.split("/")[1:2]
        if parts.hostname and name and _HANDLE.fullmatch(name[0]):
            return f"{name[0]}@{parts.netloc}"
    return None


def _addresses(posts: Iterable[Delivery], networks: Networks) -> Iterator[tuple[str, str]]:
    for one in posts:
        if one.receipt is not None and (url := web_address(one.receipt.url)):
            yield networks.names[one.account], url


def notice_without_tips(site: SiteDependencies) -> Markup:
    """When a tip comes, for pages; `striptags` makes it text for feeds. Empty: there is a tip."""
    if site.pages.newest(1):
        return Markup("")
    coming = site.awaited()
    if coming.on_its_way:
        return Markup("A tip is on its way. Look again in a moment.")
    which = "first" if coming.is_first else "next"
    begins = "Nothing has been posted yet." if coming.is_first else "No tip is here now."
    if coming.due is None:
        return Markup("{}").format(begins)
    when = Markup('<time datetime="{}">{}</time>').format(
        iso(coming.due), moment(coming.due, site.config().bot.timezone)
    )
    return Markup("{} The {} tip comes on {}.").format(begins, which, when)
