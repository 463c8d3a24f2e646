"""Drafts of a tip for each account, and the deliveries that are made of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid5

from bot.core.errors import PictureError
from bot.core.model.capabilities import Capabilities
from bot.core.model.config import Account, Config, Tip
from bot.core.model.delivery import Delivery, Post, State
from bot.core.model.picture import Picture
from bot.core.model.schedule import Slot
from bot.core.ports.pictures import TipPictures
from bot.core.ports.unit_of_work import Store, UnitOfWork
from bot.core.posting.compose import (
    Fitted,
    Misfit,
    PostLayout,
    alternatives,
    compose,
    find_misfit,
    layout_of,
)
from bot.core.summary import NullCache, Summary, SummaryCache
from bot.core.summary.page_text import card_words
from bot.core.text.mentions import unmentioned

KEYS = UUID("5b0d7f0e-6a53-5b0e-9d0b-7ad8a7d1b140")
"""The name space of our posts' keys."""

CapabilitiesOf = Callable[[Account], Capabilities]
"""The rules of an account's network as far as they are known; never waits for the network."""

PostedTexts = Callable[[str], Mapping[str, Sequence[str]]]
"""The texts that were posted of a tip (its id), by account, oldest first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A tip fitted for one account."""

    tip: Tip
    layout: PostLayout
    fitted: Fitted
    picture: Picture | None = None

    @property
    def needs_page(self) -> bool:
        """Whether the tip's page has to be there first, for the link or for the picture."""
        return self.layout.needs_page or self.is_picture_fetched

    @property
    def is_picture_fetched(self) -> bool:
        """Whether it has a picture, which its network fetches from the tip's page."""
        limits = self.layout.traits.picture
        return self.picture is not None and limits is not None and limits.is_fetched

    @property
    def account(self) -> Account:
        """The account that it is for."""
        return self.layout.account


@dataclass(frozen=True, kw_only=True, slots=True)
class Drafter:
    """Fits tips for accounts, as other texts than those that were posted before."""

    capabilities_of: CapabilitiesOf
    posted: PostedTexts
    summary_cache: SummaryCache = field(default_factory=NullCache)
    #: None: pictures are not looked at
    pictures: TipPictures | None = None

    @property
    def anew(self) -> "Drafter":
        """The same for a bot that has posted nothing."""
        return replace(self, posted=_nothing)

    def draft(self, tip: Tip, account: Account, config: Config) -> Draft | Misfit:
        """The tip as this account would post it."""
        return self._draft(tip, account, config, self.posted(tip.id))

    def _draft(
        self, tip: Tip, account: Account, config: Config, texts: Mapping[str, Sequence[str]]
    ) -> Draft | Misfit:
        layout, posted = self.layout(tip, account, config), texts.get(account.name, ())
        fitted = compose(tip, layout, summary_cache=self.summary_cache, posted=posted)
        if isinstance(fitted, Misfit):
            return fitted
        picture = self._picture(tip, layout, config)
        if isinstance(picture, Misfit):
            return picture
        if picture is not None and picture.is_card:
            picture = replace(picture, alt=tip.alt or card_words(tip.title, fitted.summary.text))
        return Draft(tip=tip, layout=layout, fitted=fitted, picture=picture)

    def drafts(
        self, tip: Tip, accounts: Iterable[Account], config: Config
    ) -> tuple[list[Draft], list[Misfit]]:
        """The tip for each of these accounts, and those that it does not fit.

        Where one of them links to the tip's page, the site is among them.
        """
        chosen, texts = list(accounts), self.posted(tip.id)
        made = [self._draft(tip, account, config, texts) for account in chosen]
        site = config.site
        needs_page = any(isinstance(one, Draft) and one.needs_page for one in made)
        if needs_page and site is not None and site not in chosen:
            made.append(self._draft(tip, site, config, texts))
        return (
            _described([one for one in made if isinstance(one, Draft)], site),
            [one for one in made if isinstance(one, Misfit)],
        )

    def misfit(self, tip: Tip, account: Account, config: Config) -> Misfit | None:
        """Why nothing of the tip fits the account, or None; quicker than to draft it."""
        layout = self.layout(tip, account, config)
        found = find_misfit(tip, layout) or self._picture(tip, layout, config)
        return found if isinstance(found, Misfit) else None

    def contents(self, drafts: Iterable[Draft]) -> Mapping[str, bytes] | None:
        """What is kept of the drafts' pictures, by name; None: one has changed meanwhile."""
        found: dict[str, bytes] = {}
        for one in drafts:
            if self.pictures is None or one.picture is None or one.picture.is_card:
                continue
            content = self.pictures.content(one.tip, one.picture)
            if content is None:
                return None
            found[one.picture.name] = content
        return found

    def _picture(self, tip: Tip, layout: PostLayout, config: Config) -> Picture | Misfit | None:
        """The tip's picture where the account's network takes pictures, or why there is none."""
        limits, account = layout.traits.picture, layout.account
        if tip.image is None or limits is None or self.pictures is None:
            return None
        if limits.is_fetched and config.site is None:
            why = "its network fetches pictures from the bot's site, and there is none"
            return Misfit(account=account, tip=tip, why=why, todo="add `site: {}` to `platforms:`")
        try:
            picture = self.pictures.find(tip)
        except PictureError as error:
            return Misfit(
                account=account, tip=tip, why=error.problem, todo=error.todo, is_picture=True
            )
        if picture is not None and len(picture.alt) > limits.max_alt:
            why = f"its alt text has {len(picture.alt)} characters and may have {limits.max_alt}"
            return Misfit(account=account, tip=tip, why=why, todo="write a shorter `alt`")
        return picture

    def alternatives(self, one: Draft) -> tuple[Summary, ...]:
        """The next best summaries."""
        return alternatives(one.tip, one.layout, one.fitted.summary)

    def layout(self, tip: Tip, account: Account, config: Config) -> PostLayout:
        """The rules that a post of the tip has to keep on this account, and its link."""
        return layout_of(tip, account, self.capabilities_of(account), config)


def _described(drafts: Sequence[Draft], site: Account | None) -> list[Draft]:
    """The drafts. A card that is fetched from the tip's page says what that page's post says."""
    page = next((one.picture for one in drafts if one.account == site), None)
    if page is None or not page.is_card:
        return list(drafts)
    return [replace(one, picture=page) if one.is_picture_fetched else one for one in drafts]


def _nothing(tip: str) -> Mapping[str, Sequence[str]]:
    """What was posted by a bot that has posted nothing."""
    del tip
    return {}


def posted_texts(store: Store) -> PostedTexts:
    """What each account has posted of a tip, read when it is asked for."""

    def posted(tip: str) -> Mapping[str, Sequence[str]]:
        with store.reading() as tx:
            return tx.ledger.posted_texts(tip).get(tip, {})

    return posted


def keep(tx: UnitOfWork, contents: Mapping[str, bytes]) -> None:
    """Keep the pictures of posts that are planned in this transaction."""
    for name, data in contents.items():
        tx.pictures.put(name, data)


def delivery_of(
    one: Draft, slot: Slot, deadline: datetime, config: Config, now: datetime
) -> Delivery:
    """The draft as a planned delivery: text, key and time are frozen here."""
    tip, layout = one.tip, one.layout
    return Delivery(
        id=0,
        slot=slot.name,
        tip=tip.id,
        account=one.account.name,
        post=Post(
            key=post_key(config.bot.id, slot.name, one.account.name),
            tip=tip.id,
            title=tip.title,
            text=one.fitted.text,
            spans=one.fitted.spans,
            body=tip.text,
            link=layout.link,
            credit=None if tip.credit is None else unmentioned(tip.credit),
            tags=tip.tags,
            language=tip.language,
            visibility=one.account.visibility,
            created_at=now,
            picture=one.picture,
        ),
        state=State.PLANNED,
        due=slot.due,
        deadline=deadline,
        not_before=now,
        needs_page=one.needs_page,
    )


def post_key(bot: str, slot: str, account: str) -> str:
    """The post's idempotency key: the same slot and account always give the same one."""
    return str(uuid5(KEYS, f"{bot}/{slot}/{account}"))
