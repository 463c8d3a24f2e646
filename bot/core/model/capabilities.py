"""The differences between networks as data: limits, prices, options, secrets."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum

from bot.core.model.config import PROMISE, AcknowledgementStyle
from bot.core.model.picture import PictureLimits


class Unit(Enum):
    """How a network counts a text."""

    WEIGHTED = "weighted"
    """X's weights"""
    GRAPHEMES = "graphemes"
    """extended grapheme clusters"""
    CODE_POINTS = "code points"
    """what Unicode numbers: an emoji or a letter with marks can be several"""
    EMOJI_BYTES = "characters, emoji in bytes"
    """what Unicode numbers, but the bytes of UTF-8 of each emoji"""


class Ability(Enum):
    """A thing that an account's adapter can do."""

    PUBLISH = "publish"
    LISTEN = "listen"
    RETRACT = "retract"
    FAVOURITE = "favourite"


class Idempotency(Enum):
    """A network's protection against posting twice."""

    KEY = "key"
    """it remembers our key for a while and answers a repeat with the first post"""
    CHOSEN_ID = "chosen id"
    """we choose the post's id: repeating the identical request changes nothing"""
    SAME_TEXT = "same text"
    """it refuses a text that it has: sending the identical frozen text again is safe"""
    NONE = "none"
    """a repeat makes a second post"""


@dataclass(frozen=True, kw_only=True, slots=True)
class TextLimit:
    """A network's own rule for the length of a text: at most `limit` of `unit`."""

    unit: Unit
    limit: int
    #: what a link counts; None: its full length
    link_cost: int | None = None
    max_bytes: int | None = None
    #: whether it makes links of names without a protocol, such as `readme.md`
    links_bare_names: bool = False
    #: whether it counts `@somebody@elsewhere` without its domain
    shortens_mentions: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Prices:
    """A network's prices in US dollars, as published on `as_of`."""

    as_of: date
    post: Decimal
    post_with_link: Decimal
    #: for an answer to somebody who addressed the bot first
    reply: Decimal
    #: for reading one of our own posts or mentions
    read: Decimal
    #: for reading another account's post
    read_other: Decimal = Decimal(0)
    read_user: Decimal = Decimal(0)
    delete: Decimal = Decimal(0)
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Capabilities:
    """The rules of one account's network."""

    network: str
    text: TextLimit
    idempotency: Idempotency
    abilities: frozenset[Ability]
    #: how often to listen
    poll: timedelta
    #: how long an idempotency key is remembered
    key_memory: timedelta = timedelta(0)
    #: how many look-ups that find nothing prove absence, and the time between them
    looks: int = 1
    look_gap: timedelta = timedelta(0)
    prices: Prices | None = None
    #: whether strangers can follow the account, so that a link to a loopback address is a mistake
    public: bool = True
    #: whether this is the bot's site, whose posts are the pages that other posts link to
    is_home: bool = False
    #: the visibility of an answer, and whether it names whom it answers
    reply_visibility: str = "public"
    reply_mentions: bool = False
    #: whether an answer has the content warning of the entry that it answers
    reply_warning: bool = False
    #: how long after it was last seen on the network an entry may be shown; None: for good
    fresh_for: timedelta | None = None
    #: what it takes of a post's picture; None: it takes no pictures
    picture: PictureLimits | None = None

    def price(self, *, has_link: bool, is_reply: bool = False) -> Decimal:
        """The price of one post, in US dollars."""
        if self.prices is None:
            return Decimal(0)
        if is_reply:
            return self.prices.reply
        return self.prices.post_with_link if has_link else self.prices.post


class Form(Enum):
    """The form of an option's value."""

    TEXT = "text"
    ADDRESS = "address"
    """an http or https address, without a trailing slash"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One setting of a kind in tips.yaml. Without a default it is required.

    With `choices` it is one of these words.
    """

    name: str
    about: str
    form: Form = Form.TEXT
    default: str | None = None
    choices: tuple[str, ...] = ()
    """if any: the only values that it may have"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Secret:
    """One credential, from `TIPSBOT_<ACCOUNT>_<NAME>` or its `_FILE` twin, never tips.yaml."""

    name: str
    about: str


def variable(account: str, name: str) -> str:
    """The environment variable of an account's secret, `TIPSBOT_<ACCOUNT>_<NAME>`."""
    return f"TIPSBOT_{account}_{name}".replace("-", "_").upper()


@dataclass(frozen=True, kw_only=True, slots=True)
class PlatformKind:
    """One kind of platform: each adapter describes itself with one of these."""

    name: str
    about: str
    #: what holds until the network itself was asked
    traits: Capabilities
    options: tuple[Option, ...] = ()
    secrets: tuple[Secret, ...] = ()
    #: the fields of `core.model.config.Account` that may be set here; others are refused
    common: frozenset[str] = frozenset({"limit", "hashtags", "gap", "link"})
    #: the values of `visibility`, the default first
    visibilities: tuple[str, ...] = ("public",)
    #: the values of `acknowledge`
    acknowledge_styles: tuple[AcknowledgementStyle, ...] = (AcknowledgementStyle.NONE,)
    gap: timedelta = timedelta(minutes=10)
    #: how many hashtags a post has at most, unless the operator says
    hashtags: int = 2
    #: the highest `limit` that an operator may set
    limit_max: int = PROMISE
