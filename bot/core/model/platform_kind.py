"""What a kind of platform asks of the operator, as data: its options, its secrets, its rules.

Each adapter describes itself with one `PlatformKind`; the catalogue lists them; the reader of
tips.yaml, the JSON Schema and the error messages are made from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from bot.core.model.capabilities import Capabilities
from bot.core.model.config import PROMISE, AcknowledgementStyle


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
    `visibilities` lists what `visibility` may be, the default first, and `courtesies` what
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
    courtesies: tuple[AcknowledgementStyle, ...] = (AcknowledgementStyle.NONE,)
    gap: timedelta = timedelta(minutes=10)
    limit_max: int = PROMISE
