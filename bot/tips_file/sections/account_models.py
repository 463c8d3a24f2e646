"""The settings of an account as a model, made from what its kind of platform says of itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, TypeAlias

from pydantic import PlainValidator, WithJsonSchema, create_model
from pydantic.fields import Field

from bot.core.model.capabilities import Form, Option, PlatformKind
from bot.core.model.config import PROMISE, Account, AcknowledgementStyle, LinkRule, WhenUnsure
from bot.tips_file.sections.models import Section
from bot.tips_file.values import field_types, parse_scalars

LIMIT_MIN = 20

_SECRET = re.compile(r"token|passw|secret|credential|key$|^key", re.IGNORECASE)

_Field: TypeAlias = tuple[Any, Any]
"""A field for pydantic: its type, and its default and description."""


def _limit(kind: PlatformKind) -> _Field:
    rule = PlainValidator(parse_scalars.whole(LIMIT_MIN, kind.limit_max))
    bounds = {"type": "integer", "minimum": LIMIT_MIN, "maximum": kind.limit_max}
    about = "The longest that a post may be, link and hashtags included, by X's weights."
    return Annotated[int, rule, WithJsonSchema(bounds)], Field(
        default=min(PROMISE, kind.limit_max), description=about
    )


def _hashtags(_: PlatformKind) -> _Field:
    about = "How many hashtags a post may end with, where there is room."
    return field_types.Hashtags, Field(default=2, description=about)


def _gap(kind: PlatformKind) -> _Field:
    about = "The shortest time between two posts, such as 10m."
    return field_types.Gap, Field(default=kind.gap, description=about)


def _link(_: PlatformKind) -> _Field:
    about = "Whether posts carry the tip's link: always or never."
    return field_types.Rule, Field(default=LinkRule.ALWAYS, description=about)


def _one_of(words: tuple[str, ...], noun: str) -> Any:
    schema = WithJsonSchema({"type": "string", "enum": list(words)})
    return Annotated[str, PlainValidator(parse_scalars.choice(words, noun)), schema]


def _visibility(kind: PlatformKind) -> _Field:
    form = _one_of(kind.visibilities, "visibility")
    return form, Field(default=kind.visibilities[0], description="Who sees the posts.")


def _unsure(_: PlatformKind) -> _Field:
    about = "What to do when nobody can tell whether a post arrived: ask you, or resend it."
    return field_types.Unsure, Field(default=WhenUnsure.ASK, description=about)


def _monthly_budget(_: PlatformKind) -> _Field:
    about = "The most that posting and listening may cost in a calendar month, in US dollars."
    return field_types.Dollars | None, Field(default=None, description=about)


def _listening_budget(_: PlatformKind) -> _Field:
    about = "The most of it that reading may cost: mentions, searches, and looks at what was heard."
    return field_types.Dollars, Field(default=Decimal(5), description=about)


def _fresh_days(_: PlatformKind) -> _Field:
    about = "For how many days a reply is looked at again each day, so that its text may be shown."
    return field_types.FreshDays, Field(default=7, description=about)


def _poll(_: PlatformKind) -> _Field:
    about = "How often to look for replies, 30s or more; left out, what suits the network."
    return field_types.Poll | None, Field(default=None, description=about)


def _acknowledge(kind: PlatformKind) -> _Field:
    words = [one.value for one in kind.acknowledge_styles]
    rule = PlainValidator(
        lambda value: AcknowledgementStyle(parse_scalars.choice(words, "courtesy")(value))
    )
    schema = WithJsonSchema({"type": "string", "enum": words})
    about = "How the bot acknowledges what people say to it; left out, what suits the network."
    return Annotated[AcknowledgementStyle, rule, schema] | None, Field(
        default=None, description=about
    )


_COMMON: dict[str, Callable[[PlatformKind], _Field]] = {
    "limit": _limit,
    "hashtags": _hashtags,
    "gap": _gap,
    "link": _link,
    "visibility": _visibility,
    "unsure": _unsure,
    "monthly_budget": _monthly_budget,
    "listening_budget": _listening_budget,
    "fresh_days": _fresh_days,
    "poll": _poll,
    "acknowledge": _acknowledge,
}
"""The settings that several kinds share; a kind names those that make sense for it."""


@cache
def settings_of(kind: PlatformKind) -> type[Section]:
    """The model of an account of this kind."""
    common = {name: make(kind) for name, make in _COMMON.items() if name in kind.common}
    own = {option.name: _option(option) for option in kind.options}
    about = f"The kind of platform; left out, the account's name says it ({kind.name})."
    which = WithJsonSchema({"const": kind.name})
    known: dict[str, Any] = {
        "kind": (Annotated[str, which], Field(default=kind.name, description=about)),
        **own,
        **common,
    }
    return create_model(
        kind.name,
        __base__=Section,
        __doc__=_sentence(kind.about),
        # There is no source text to look for them in, and to look takes most of the time.
        __cls_kwargs__={"use_attribute_docstrings": False},
        **known,
    )


def _option(option: Option) -> _Field:
    """A setting of one kind alone."""
    form: Any = field_types.Address if option.form is Form.ADDRESS else field_types.Title
    if option.choices:
        form = _one_of(option.choices, "rule")
    about = _sentence(option.about)
    if option.default is None:
        return form, Field(description=about)
    return form, Field(default=option.default, description=about)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def looks_secret(name: str, kind: PlatformKind) -> bool:
    """Whether a name in the file announces a credential, which does not belong there."""
    if name in {secret.name for secret in kind.secrets}:
        return True
    settings = {*kind.common, *(option.name for option in kind.options), "kind"}
    return name not in settings and _SECRET.search(name) is not None


def account_from(name: str, kind: PlatformKind, settings: Section) -> Account:
    """The account's value from its settings; where it has no say, the kind has."""
    given = dict(settings)
    common: dict[str, Any] = {
        "limit": min(PROMISE, kind.limit_max),
        "gap": kind.gap,
        "visibility": kind.visibilities[0],
    }
    common |= {field: given[field] for field in _COMMON if field in given}
    common["acknowledge"] = given.get("acknowledge") or kind.acknowledge_styles[0]
    options = {option.name: given[option.name] for option in kind.options}
    return Account(name=name, kind=kind.name, options=options, **common)
