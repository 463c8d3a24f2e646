"""Freezing a tip into posts: fitted for each account that it goes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from bot.core.config import Account, Config
from bot.core.delivery import Delivery, Post, State
from bot.core.fit import Fitted, TooLong, fit, link_for
from bot.core.mention import unmentioned
from bot.core.slot import Slot
from bot.core.tip import Tip
from bot.core.traits import Traits

KEYS = UUID("5b0d7f0e-6a53-5b0e-9d0b-7ad8a7d1b140")
"""The name space of our posts' keys."""

TraitsOf = Callable[[Account], Traits]
"""The rules of an account's network as far as they are known; never waits for the network."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A tip fitted for one account."""

    account: Account
    traits: Traits
    tip: Tip
    link: str | None
    fitted: Fitted
    needs_page: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Misfit:
    """A tip that fits nothing on one account, and why."""

    account: Account
    tip: Tip
    why: str


def draft(tip: Tip, account: Account, config: Config, traits_of: TraitsOf) -> Draft | Misfit:
    """The tip as this account would post it."""
    traits = traits_of(account)
    link = link_for(tip, account, traits, config)
    fitted = fit(tip, account, traits, link)
    if isinstance(fitted, TooLong):
        return Misfit(account=account, tip=tip, why=fitted.why)
    return Draft(
        account=account,
        traits=traits,
        tip=tip,
        link=link,
        fitted=fitted,
        needs_page=link is not None and tip.link is None,
    )


def drafts(
    tip: Tip, accounts: Iterable[Account], config: Config, traits_of: TraitsOf
) -> tuple[list[Draft], list[Misfit]]:
    """The tip for each of these accounts, and those that it does not fit.

    Where one of them points at the tip's page, the site is among them.
    """
    chosen = list(accounts)
    made = [draft(tip, account, config, traits_of) for account in chosen]
    site = config.site
    needs_page = any(isinstance(one, Draft) and one.needs_page for one in made)
    if needs_page and site is not None and site not in chosen:
        made.append(draft(tip, site, config, traits_of))
    return (
        [one for one in made if isinstance(one, Draft)],
        [one for one in made if isinstance(one, Misfit)],
    )


def delivery_of(
    one: Draft, slot: Slot, deadline: datetime, config: Config, now: datetime
) -> Delivery:
    """The draft as a planned delivery: text, key and time are frozen here."""
    return Delivery(
        id=0,
        slot=slot.name,
        tip=one.tip.id,
        account=one.account.name,
        post=_post(one, post_key(config.bot.id, slot.name, one.account.name), now),
        state=State.PLANNED,
        due=slot.due,
        deadline=deadline,
        not_before=now,
        needs_page=one.needs_page,
    )


def post_key(bot: str, slot: str, account: str) -> str:
    """The post's name for good: the same slot and account always give the same key."""
    return str(uuid5(KEYS, f"{bot}/{slot}/{account}"))


def _post(one: Draft, key: str, now: datetime) -> Post:
    tip = one.tip
    return Post(
        key=key,
        tip=tip.id,
        title=tip.title,
        text=one.fitted.text,
        spans=one.fitted.spans,
        body=tip.text,
        link=one.link,
        credit=None if tip.credit is None else unmentioned(tip.credit),
        tags=tip.tags,
        language=tip.language,
        visibility=one.account.visibility,
        created_at=now,
    )
