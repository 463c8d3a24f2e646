"""What the pages show, gathered from what was published and what was heard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from bot.core.discussion.outline import Outline
from bot.core.model.config import Account, Config
from bot.core.model.delivery import Delivery, State
from bot.core.model.entry import Entry
from bot.core.model.site_page import Page
from bot.core.ports.unit_of_work import UnitOfWork
from bot.core.text.sanitize import number
from bot.web.content.html import web_address
from bot.web.content.public_entries import VisibleEntries
from bot.web.dependencies import SiteDependencies
from bot.web.pages.cards import Card, card
from bot.web.pages.comments import CommentView, Fold, alone, folded, needed, remarks
from bot.web.pages.pagination import Part, Wanted, part
from bot.web.pages.sharing import Shared, shared

AT_ONCE = 20
"""How many tips the index and the feed show at once."""

TALKS = 5
"""How many tips the index shows that were talked about last."""

LOOK_BACK = 100
"""Among so many of the newest entries they are looked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TipDiscussion:
    """A tip that is talked about, and the newest words."""

    card: Card
    remark: CommentView


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexPage:
    """The posted tips, newest first. `older` is the moment before which there are more.

    `talks` are those that were talked about last; `line` is the history's line up to which this
    is so.
    """

    cards: Sequence[Card]
    older: datetime | None
    talks: Sequence[TipDiscussion]
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Elsewhere:
    """Where else a tip was posted."""

    network: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Discussed:
    """A tip with all that belongs to it, and one part of what was said: `remarks`, and `folded`.

    `line` is the history's line up to which it is so.
    """

    card: Card
    elsewhere: Sequence[Elsewhere]
    shared: Shared
    part: Part
    remarks: Sequence[CommentView]
    folded: Sequence[CommentView | Fold]
    line: int


def index(site: SiteDependencies, before: datetime | None = None) -> IndexPage:
    """The newest tips, or the newest of those posted before a moment; first what is discussed."""
    pages = site.pages.newest(AT_ONCE + 1, before)
    some = pages[:AT_ONCE]
    config = site.config()
    with site.store.reading() as tx:
        talked = talks(site, tx, config) if before is None else []
        tallies = VisibleEntries(site, tx).tallies([page.tip for page in some])
        line = tx.log.last_event()
    cards = [card(page, config, tallies.get(page.tip)) for page in some]
    older = some[-1].at if len(pages) > AT_ONCE else None
    return IndexPage(cards=cards, older=older, talks=talked, line=line)


def talks(site: SiteDependencies, tx: UnitOfWork, config: Config) -> list[TipDiscussion]:
    """The tips that were talked about last, each with its newest words."""
    newest: dict[str, Entry] = {}
    seen = VisibleEntries(site, tx)
    for entry in seen.newest(LOOK_BACK):
        if entry.tip is not None:
            newest.setdefault(entry.tip, entry)
    tallies = seen.tallies(list(newest)[:TALKS])
    found = []
    for tip, entry in list(newest.items())[:TALKS]:
        page = site.pages.get(tip)
        if page is not None and page.gone is None:
            found.append(_talk(tx, config, card(page, config, tallies.get(tip)), entry))
    return found


def _talk(tx: UnitOfWork, config: Config, about: Card, entry: Entry) -> TipDiscussion:
    networks = networks_of(tx, config, [entry])
    return TipDiscussion(card=about, remark=alone(entry, networks, home_of(config)))


def discussed(site: SiteDependencies, page: Page, wanted: Wanted) -> Discussed | None:
    """A tip, where else it is, and the part that is wanted of what was said about it everywhere.

    None where the discussion has no such part. An anchor that is not there any more leaves the
    number to decide.
    """
    config = site.config()
    home = home_of(config)
    with site.store.reading() as tx:
        seen = VisibleEntries(site, tx)
        outline, line = seen.outline(page.tip)
        found = part(outline, wanted.number, _line(tx, outline, wanted.anchor, home))
        if found is None:
            return None
        entries = seen.several(needed(outline, found.lines))
        networks = networks_of(tx, config, entries.values())
        posts = list(_posts(tx, config, page.tip))
        tally = seen.tallies([page.tip]).get(page.tip)
    shown = remarks(outline, found.lines, entries, networks, home)
    about = card(page, config, tally)
    return Discussed(
        card=about,
        elsewhere=list(_elsewhere(posts, networks)),
        shared=shared(page.post, about.address, [one.post for one in posts]),
        part=found,
        remarks=shown,
        folded=folded(shown, wanted.anchor),
        line=line,
    )


def home_of(config: Config) -> str:
    """The account of the site."""
    return config.site.name if config.site else ""


def _line(tx: UnitOfWork, outline: Outline, wanted: str | None, home: str) -> int | None:
    """The line on which an anchor stands, or None."""
    if wanted is None:
        return None
    entry = _entry(tx, wanted, home)
    return None if entry is None else outline.line_of(entry)


def _entry(tx: UnitOfWork, wanted: str, home: str) -> int | None:
    """The entry that an anchor names, or None."""
    kind, _, name = wanted.partition("-")
    if kind == "comment":
        comment = tx.log.find(home, unquote(name))
        return None if comment is None else comment.id
    return number(name) if kind == "entry" else None


def networks_of(tx: UnitOfWork, config: Config, entries: Iterable[Entry]) -> dict[str, str]:
    """The networks' names by account; those of accounts that are no longer there included."""
    names = {account.name: _network(tx, account) for account in config.accounts}
    return {entry.account: entry.account for entry in entries} | names


def _network(tx: UnitOfWork, account: Account) -> str:
    if account.kind == "site":
        return "this site"
    traits = tx.accounts.get(account.name).traits
    return traits.network if traits else account.kind.capitalize()


def _elsewhere(posts: Iterable[Delivery], networks: dict[str, str]) -> Iterator[Elsewhere]:
    for one in posts:
        if one.receipt is not None and (url := web_address(one.receipt.url)):
            yield Elsewhere(network=networks[one.account], url=url)


def _posts(tx: UnitOfWork, config: Config, tip: str) -> Iterator[Delivery]:
    """The newest post of the tip on each other account that is there."""
    for account in config.accounts:
        if account.kind != "site" and (post := _post(tx, tip, account.name)):
            yield post


def _post(tx: UnitOfWork, tip: str, account: str) -> Delivery | None:
    for delivery in tx.ledger.of_tip(tip, account):
        is_there = delivery.state is State.POSTED and delivery.post.in_reply_to is None
        if is_there and delivery.receipt is not None:
            return delivery
    return None
