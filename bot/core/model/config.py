"""What the operator's file says, as values: the bot, its accounts, its schedules, its tips."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum

from bot.core.datetimes import require_aware
from bot.core.model.alerts import Alerts
from bot.core.model.schedule import Schedule


@dataclass(frozen=True, kw_only=True, slots=True)
class Tip:
    """One thing worth knowing, in the operator's words. `id` is for good; the rest may change."""

    id: str
    title: str
    text: str
    link: str | None = None
    tags: tuple[str, ...] = ()
    credit: str | None = None
    #: plain text, without the Markdown or HTML that the file may have
    summary: str | None = None
    language: str | None = None
    weight: int = 1
    not_before: datetime | None = None
    expires: datetime | None = None
    platforms: tuple[str, ...] | None = None
    #: a file below the folder of the tips file, or `core.model.picture.CARD`
    image: str | None = None
    #: what is to be seen on it; None: a card's own words
    alt: str | None = None

    def __post_init__(self) -> None:
        if not self.id or not self.title or not self.text:
            raise ValueError("a tip needs an id, a title and a text")
        if self.weight < 1:
            raise ValueError("a tip's weight is at least 1")
        require_aware(self.not_before, self.expires)

    def is_current(self, moment: datetime) -> bool:
        """Whether the tip may be posted at `moment`: from `not_before` until before `expires`."""
        started = self.not_before is None or self.not_before <= moment
        return started and (self.expires is None or moment < self.expires)

    def goes_to(self, account: str) -> bool:
        """Whether the operator lets this tip go to the account of this name."""
        return self.platforms is None or account in self.platforms


@dataclass(frozen=True, kw_only=True, slots=True)
class Library:
    """All tips of a bot in the order of its file; ids are unique."""

    tips: tuple[Tip, ...]

    def __post_init__(self) -> None:
        if len({tip.id for tip in self.tips}) != len(self.tips):
            raise ValueError("two tips share an id")

    def __iter__(self) -> Iterator[Tip]:
        return iter(self.tips)

    def __len__(self) -> int:
        return len(self.tips)

    def get(self, tip_id: str) -> Tip | None:
        """The tip of this id, or None."""
        return next((tip for tip in self.tips if tip.id == tip_id), None)


PROMISE = 140
"""Summary, link and hashtags together are at most this long, by X's weights."""


class LinkRule(Enum):
    """Whether an account's posts carry the tip's link."""

    ALWAYS = "always"
    """the tip's own link, or else its page on the site"""
    NEVER = "never"
    """no link: on X a post without one costs a thirteenth"""


class WhenUnsure(Enum):
    """What to do with an unsure delivery on a network where absence cannot be proven."""

    ASK = "ask"
    """leave it to the operator"""
    RESEND = "resend"
    """send it again, at the risk of a second post"""


class AcknowledgementStyle(Enum):
    """How what people say to the bot is acknowledged."""

    NONE = "none"
    """not at all"""
    FAVOURITE = "favourite"
    """with a favourite, which only its author is told of"""
    THANK = "thank"
    """with a short answer"""


class Hold(Enum):
    """Which comments on the site nobody sees until the operator has read them."""

    LINKS = "links"
    """those that hold a link"""
    NEW = "new"
    """these, and those of an author of whom no comment stands yet"""
    ALL = "all"
    """every one"""
    NONE = "none"
    """not one"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """One account on one network. `name` is permanent; `kind` says which adapter serves it.

    For so many `fresh_days` after it was said, what was heard is looked at again each day.
    """

    name: str
    kind: str
    link: LinkRule = LinkRule.ALWAYS
    limit: int = PROMISE
    hashtags: int = 2
    gap: timedelta = timedelta(minutes=10)
    visibility: str = "public"
    unsure: WhenUnsure = WhenUnsure.ASK
    monthly_budget: Decimal | None = None
    listening_budget: Decimal | None = None
    fresh_days: int = 7
    poll: timedelta | None = None
    acknowledge: AcknowledgementStyle = AcknowledgementStyle.NONE
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """Who the bot is: `id` is permanent, the rest is for display. `site` is its pages' address.

    `show_unlisted` says whether unlisted entries are shown to everybody, as public ones are.
    """

    id: str
    name: str
    timezone: str
    site: str
    contact: str | None = None
    show_unlisted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """One whole, valid tips.yaml."""

    bot: Identity
    accounts: tuple[Account, ...]
    schedules: tuple[Schedule, ...]
    library: Library
    #: None: the operator is not alerted
    alerts: Alerts | None = None

    def account(self, name: str) -> Account | None:
        """The account of this name, or None."""
        return next((account for account in self.accounts if account.name == name), None)

    def schedule(self, name: str) -> Schedule | None:
        """The schedule of this name, or None."""
        return next((schedule for schedule in self.schedules if schedule.name == name), None)

    @property
    def kinds(self) -> dict[str, str]:
        """The kind of each account."""
        return {account.name: account.kind for account in self.accounts}

    @property
    def site(self) -> Account | None:
        """The account that is the bot's own site, or None where it keeps none."""
        return next((account for account in self.accounts if account.kind == "site"), None)

    @property
    def hold(self) -> Hold:
        """Which comments on the site are held."""
        given = self.site.options.get("hold") if self.site else None
        return Hold(given) if given else Hold.LINKS

    def page(self, tip_id: str) -> str:
        """The address of a tip's page on the bot's own site."""
        return f"{self.bot.site}/tips/{tip_id}"
