"""What the pages show, gathered from what was published and what was heard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.app.withhold import Withholder
from bot.core.config import Account, Config
from bot.core.delivery import State
from bot.core.discussion import Entry
from bot.core.memory import Tx
from bot.core.pages import Page
from bot.web.cards import Card, card
from bot.web.clean import web_address
from bot.web.parts import Part, Wanted, part
from bot.web.remarks import Remark, reading_order, remarks
from bot.web.site import Site

AT_ONCE = 20
"""How many tips the index and the feed show at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Index:
    """The posted tips, newest first. `older` is the moment before which there are more."""

    cards: Sequence[Card]
    older: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Elsewhere:
    """Where else a tip was posted."""

    network: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Discussed:
    """A tip with all that belongs to it, and one part of what was said: `remarks`."""

    card: Card
    elsewhere: Sequence[Elsewhere]
    part: Part
    remarks: Sequence[Remark]


def index(site: Site, before: datetime | None = None) -> Index:
    """The newest tips, or the newest of those posted before a moment."""
    pages = site.pages.newest(AT_ONCE + 1, before)
    some = pages[:AT_ONCE]
    config = site.config()
    with site.store.reading() as tx:
        replies = tx.log.shown_counts(unlisted=config.bot.show_unlisted)
    cards = [card(page, config, replies.get(page.tip, 0)) for page in some]
    return Index(cards=cards, older=some[-1].at if len(pages) > AT_ONCE else None)


def discussed(site: Site, page: Page, wanted: Wanted) -> Discussed | None:
    """A tip, where else it is, and the part that is wanted of what was said about it everywhere.

    None where the discussion has no such part.
    """
    config = site.config()
    with site.store.reading() as tx:
        shown = Withholder(config=config, traits_of=site.traits_of).shown
        entries = shown(tx, tx.log.entries(tip=page.tip), site.clock.now())
        networks = _networks(tx, config, entries)
        elsewhere = list(_elsewhere(tx, config, page.tip, networks))
    home = config.site.name if config.site else ""
    lines = reading_order(entries, unlisted=config.bot.show_unlisted)
    found = part(lines, wanted, home)
    if found is None:
        return None
    return Discussed(
        card=card(page, config, sum(line.entry.is_legible for line in lines)),
        elsewhere=elsewhere,
        part=found,
        remarks=remarks(found.lines, networks, home),
    )


def _networks(tx: Tx, config: Config, entries: Sequence[Entry]) -> dict[str, str]:
    """The networks' names by account; those of accounts that are no longer there included."""
    names = {account.name: _network(tx, account) for account in config.accounts}
    return {entry.account: entry.account for entry in entries} | names


def _network(tx: Tx, account: Account) -> str:
    if account.kind == "site":
        return "this site"
    traits = tx.accounts.get(account.name).traits
    return traits.network if traits else account.kind.capitalize()


def _elsewhere(tx: Tx, config: Config, tip: str, networks: dict[str, str]) -> Iterator[Elsewhere]:
    for account in config.accounts:
        if account.kind != "site" and (url := _address(tx, tip, account.name)):
            yield Elsewhere(network=networks[account.name], url=url)


def _address(tx: Tx, tip: str, account: str) -> str | None:
    """Where the account's newest post of the tip stands, if it is there."""
    for delivery in tx.ledger.of_tip(tip, account):
        is_there = delivery.state is State.POSTED and delivery.post.in_reply_to is None
        if is_there and delivery.receipt is not None:
            return web_address(delivery.receipt.url)
    return None
