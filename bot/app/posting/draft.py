"""Freezing a tip into posts: fitted for each account that it goes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from bot.core.model.capabilities import Capabilities
from bot.core.model.config import Account, Config
from bot.core.model.delivery import Delivery, Post, State
from bot.core.model.schedule import Slot
from bot.core.model.tip import Tip
from bot.core.ports.unit_of_work import Store
from bot.core.posting.compose import TooLong, compose, link_for, misfit, others
from bot.core.posting.layout import Fitted
from bot.core.summary import NullCache, Summary, SummaryCache
from bot.core.text.mentions import unmentioned

KEYS = UUID("5b0d7f0e-6a53-5b0e-9d0b-7ad8a7d1b140")
"""The name space of our posts' keys."""

TraitsOf = Callable[[Account], Capabilities]
"""The rules of an account's network as far as they are known; never waits for the network."""


Said = Callable[[str, str], Sequence[str]]
"""The texts that were posted of a tip (its id) on an account (its name), oldest first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Constraints:
    """What a post has to keep to, and what it points at: a link, perhaps to the tip's page."""

    traits: Capabilities
    link: str | None
    needs_page: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A tip fitted for one account."""

    account: Account
    tip: Tip
    aim: Constraints
    fitted: Fitted


@dataclass(frozen=True, kw_only=True, slots=True)
class Misfit:
    """A tip that fits nothing on one account, and why."""

    account: Account
    tip: Tip
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Drafter:
    """Fits tips for accounts, in other words than those that were used before."""

    capabilities_of: TraitsOf
    said: Said
    summary_cache: SummaryCache = field(default_factory=NullCache)

    def draft(self, tip: Tip, account: Account, config: Config) -> Draft | Misfit:
        """The tip as this account would post it."""
        aim = self.aim(tip, account, config)
        said = self.said(tip.id, account.name)
        fitted = compose(
            tip, account, aim.traits, aim.link, summary_cache=self.summary_cache, said=said
        )
        if isinstance(fitted, TooLong):
            return Misfit(account=account, tip=tip, why=fitted.why)
        return Draft(account=account, tip=tip, aim=aim, fitted=fitted)

    def drafts(
        self, tip: Tip, accounts: Iterable[Account], config: Config
    ) -> tuple[list[Draft], list[Misfit]]:
        """The tip for each of these accounts, and those that it does not fit.

        Where one of them points at the tip's page, the site is among them.
        """
        chosen = list(accounts)
        made = [self.draft(tip, account, config) for account in chosen]
        site = config.site
        needs_page = any(isinstance(one, Draft) and one.aim.needs_page for one in made)
        if needs_page and site is not None and site not in chosen:
            made.append(self.draft(tip, site, config))
        return (
            [one for one in made if isinstance(one, Draft)],
            [one for one in made if isinstance(one, Misfit)],
        )

    def misfit(self, tip: Tip, account: Account, config: Config) -> Misfit | None:
        """Why nothing of the tip fits the account, or None; quicker than to draft it."""
        aim = self.aim(tip, account, config)
        found = misfit(tip, account, aim.traits, aim.link)
        return None if found is None else Misfit(account=account, tip=tip, why=found.why)

    def others(self, one: Draft) -> tuple[Summary, ...]:
        """The summaries that would have been next."""
        than, aim = one.fitted.summary, one.aim
        return others(one.tip, one.account, aim.traits, aim.link, than=than)

    def aim(self, tip: Tip, account: Account, config: Config) -> Constraints:
        """The rules that a post of the tip has to keep on this account, and its link."""
        traits = self.capabilities_of(account)
        link = link_for(tip, account, traits, config)
        return Constraints(
            traits=traits, link=link, needs_page=link is not None and tip.link is None
        )


def remembered(store: Store) -> Said:
    """What each account has posted of a tip, read when it is asked for."""

    def said(tip: str, account: str) -> Sequence[str]:
        with store.reading() as tx:
            texts = tx.ledger.said(tip)
        return texts.get((tip, account), ())

    return said


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
        needs_page=one.aim.needs_page,
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
        link=one.aim.link,
        credit=None if tip.credit is None else unmentioned(tip.credit),
        tags=tip.tags,
        language=tip.language,
        visibility=one.account.visibility,
        created_at=now,
    )
