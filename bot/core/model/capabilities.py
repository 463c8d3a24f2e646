"""What differs between networks, and between instances of one kind, as data."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum

from bot.core.model.config import PROMISE, AcknowledgementStyle


class Unit(Enum):
    """How a network counts a text."""

    WEIGHTED = "weighted"
    """X's weights"""
    GRAPHEMES = "graphemes"
    """extended grapheme clusters"""


class Ability(Enum):
    """What an account's adapter can do."""

    PUBLISH = "publish"
    LISTEN = "listen"
    RETRACT = "retract"
    FAVOURITE = "favourite"


class Idempotency(Enum):
    """What a network offers against posting twice."""

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
    """A network's own rule: at most `limit` of `unit`; a link costs `link_cost` (None: in full).

    `links_bare_names` says that it makes a link of a name without a protocol, such as
    `readme.md`; `shortens_mentions` that it counts `@somebody@elsewhere` without its domain.
    """

    unit: Unit
    limit: int
    link_cost: int | None = None
    max_bytes: int | None = None
    links_bare_names: bool = False
    shortens_mentions: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Prices:
    """What a network charges, in US dollars, as published on `as_of`.

    `reply` is for an answer to someone who spoke to the bot first, `read` for reading one of our
    own posts or mentions, `read_other` for another's post and `read_user` for a user, `delete` for
    taking a post back.
    """

    as_of: date
    post: Decimal
    post_with_link: Decimal
    reply: Decimal
    read: Decimal
    read_other: Decimal = Decimal(0)
    read_user: Decimal = Decimal(0)
    delete: Decimal = Decimal(0)
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Capabilities:
    """The rules of one account's network.

    `key_memory` is how long an idempotency key is remembered, `poll` how often to listen,
    `looks` how many look-ups that find nothing prove absence and `look_gap` the time between
    them. `is_home` marks the site, whose posts are themselves the pages that others point at; an
    answer of ours has `reply_visibility` and, with `reply_mentions`, has to name whom it answers,
    and with `reply_warning` takes over the content warning of what it answers.
    What its people said may be shown for so long after it was seen there last as `fresh_for` says
    (None: for good).
    `public` says whether strangers can follow the account there, so that a link to a
    loopback address would be a mistake.
    """

    network: str
    text: TextLimit
    idempotency: Idempotency
    abilities: frozenset[Ability]
    poll: timedelta
    key_memory: timedelta = timedelta(0)
    looks: int = 1
    look_gap: timedelta = timedelta(0)
    prices: Prices | None = None
    public: bool = True
    is_home: bool = False
    reply_visibility: str = "public"
    reply_mentions: bool = False
    reply_warning: bool = False
    fresh_for: timedelta | None = None

    def price(self, *, has_link: bool, is_reply: bool = False) -> Decimal:
        """What one post costs, in US dollars."""
        if self.prices is None:
            return Decimal(0)
        if is_reply:
            return self.prices.reply
        return self.prices.post_with_link if has_link else self.prices.post


class Form(Enum):
    """What an option's value looks like."""

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
    """One kind of platform.

    `traits` hold until the network itself was asked. `common` names the settings shared by several
    kinds (fields of `core.model.config.Account`) that make sense here; the others are refused.
    `visibilities` lists what `visibility` may be, the default first, and `acknowledge_styles` what
    `acknowledge` may be. `limit_max` is the highest
    `limit` that an operator may set.
    """

    name: str
    about: str
    traits: Capabilities
    options: tuple[Option, ...] = ()
    secrets: tuple[Secret, ...] = ()
    common: frozenset[str] = frozenset({"limit", "hashtags", "gap", "link"})
    visibilities: tuple[str, ...] = ("public",)
    acknowledge_styles: tuple[AcknowledgementStyle, ...] = (AcknowledgementStyle.NONE,)
    gap: timedelta = timedelta(minutes=10)
    limit_max: int = PROMISE
