"""The `platforms` section: the accounts of a file, the kind of each, and its settings.

The model of an account's settings is made from the description of its kind of platform.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache, partial
from typing import Annotated, Any, TypeAlias

from pydantic import PlainValidator, WithJsonSchema, create_model
from pydantic.fields import Field

from bot.core.model.capabilities import Form, Option, PlatformKind, variable
from bot.core.model.config import PROMISE, Account, AcknowledgementStyle, LinkRule, WhenUnsure
from bot.core.text.suggest import (
    account_hint,
    did_you_mean,
    hearing_meant,
    mastodon_server,
    platform_meant,
    unreachable,
)
from bot.tips_file.messages import hint, quote
from bot.tips_file.problems import Problems
from bot.tips_file.sections.models import Section
from bot.tips_file.values import field_types, parse_scalars
from bot.tips_file.values.field_types import is_id
from bot.tips_file.yaml.yaml_reader import Block, Path, Value

DEFAULT = "site"
"""The account of a file that names none: the bot's own site."""

LIMIT_MIN = 20
_HEARS = "broadcast"
"""The kind for services that only hear a tip."""

_SECRET = re.compile(r"token|passw|secret|credential|key$|^key", re.IGNORECASE)

_Field: TypeAlias = tuple[Any, Any]
"""A field for pydantic: its type, and its default and description."""


_ABOUT = {
    "limit": "The longest that a post may be, link and hashtags included, by X's weights.",
    "hashtags": "How many hashtags a post may end with, where there is room.",
    "gap": "The shortest time between two posts, such as 10m.",
    "link": "Whether posts carry the tip's link: always or never.",
    "visibility": "Who sees the posts.",
    "unsure": "What to do when nobody can tell whether a post arrived: ask you, or resend it.",
    "monthly_budget": "The most that posting and listening may cost in a calendar month, "
    "in US dollars.",
    "listening_budget": "The most of it that reading may cost: mentions, searches and "
    "checks of known replies.",
    "fresh_days": "For how many days a reply is checked again each day, so that its "
    "text may be shown.",
    "poll": "How often to look for replies, 30s or more; left out, what suits the network.",
    "acknowledge": "How the bot acknowledges replies to it; left out, what suits the network.",
}
"""The settings that several kinds share, with their descriptions."""


def _common(kind: PlatformKind) -> dict[str, _Field]:
    """The settings that several kinds share, as they are for this kind."""
    bounds = {"type": "integer", "minimum": LIMIT_MIN, "maximum": kind.limit_max}
    limit = PlainValidator(partial(parse_scalars.whole, LIMIT_MIN, kind.limit_max))
    styles = [one.value for one in kind.acknowledge_styles]
    style = PlainValidator(
        lambda value: AcknowledgementStyle(parse_scalars.choice(styles, "choice", value))
    )
    of_style = WithJsonSchema({"type": "string", "enum": styles})
    fields: dict[str, tuple[Any, Any]] = {
        "limit": (
            Annotated[int, limit, WithJsonSchema(bounds)],
            min(PROMISE, kind.limit_max),
        ),
        "hashtags": (field_types.Hashtags, kind.hashtags),
        "gap": (field_types.Gap, kind.gap),
        "link": (field_types.Rule, LinkRule.ALWAYS),
        "visibility": (_one_of(kind.visibilities, "visibility"), kind.visibilities[0]),
        "unsure": (field_types.Unsure, WhenUnsure.ASK),
        "monthly_budget": (field_types.Dollars | None, None),
        "listening_budget": (field_types.Dollars, Decimal(5)),
        "fresh_days": (field_types.FreshDays, 7),
        "poll": (field_types.Poll | None, None),
        "acknowledge": (Annotated[AcknowledgementStyle, style, of_style] | None, None),
    }
    return {name: _field(*fields[name], about) for name, about in _ABOUT.items()}


def _field(form: Any, default: Any, about: str) -> _Field:
    return form, Field(default=default, description=about)


def _one_of(words: tuple[str, ...], noun: str) -> Any:
    schema = WithJsonSchema({"type": "string", "enum": list(words)})
    return Annotated[str, PlainValidator(partial(parse_scalars.choice, words, noun)), schema]


@cache
def settings_of(kind: PlatformKind) -> type[Section]:
    """The model of an account of this kind."""
    about = f"The kind of platform; left out, the account's name says it ({kind.name})."
    which = Annotated[str, WithJsonSchema({"const": kind.name})]
    known: dict[str, Any] = {
        "kind": _field(which, kind.name, about),
        **{option.name: _option(option) for option in kind.options},
        **{name: field for name, field in _common(kind).items() if name in kind.common},
    }
    return create_model(
        kind.name,
        __base__=Section,
        __doc__=_sentence(kind.about),
        # The source text has no docstrings for them, and the search takes most of the time.
        __cls_kwargs__={"use_attribute_docstrings": False},
        **known,
    )


def _option(option: Option) -> _Field:
    """A setting of one kind alone."""
    form: Any = field_types.Address if option.form is Form.ADDRESS else field_types.Title
    if option.choices:
        form = _one_of(option.choices, "rule")
    default = ... if option.default is None else option.default
    return _field(form, default, _sentence(option.about))


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def looks_secret(name: str, kind: PlatformKind) -> bool:
    """Whether a name in the file is that of a credential, which does not belong there."""
    if name in {secret.name for secret in kind.secrets}:
        return True
    settings = {*kind.common, *(option.name for option in kind.options), "kind"}
    return name not in settings and _SECRET.search(name) is not None


def account_from(name: str, kind: PlatformKind, settings: Section) -> Account:
    """The account with its settings; the kind gives those that the file leaves out."""
    given = {
        "limit": min(PROMISE, kind.limit_max),
        "hashtags": kind.hashtags,
        "gap": kind.gap,
        "visibility": kind.visibilities[0],
        **dict(settings),
    }
    common: dict[str, Any] = {name: given[name] for name in _ABOUT if name in given}
    common["acknowledge"] = given.get("acknowledge") or kind.acknowledge_styles[0]
    options = {option.name: given[option.name] for option in kind.options}
    return Account(name=name, kind=kind.name, options=options, **common)


def account_names(root: Block) -> tuple[str, ...]:
    """The names of the accounts, also of those whose settings are wrong."""
    platforms = root.get("platforms")
    return tuple(platforms) if isinstance(platforms, Block) else (DEFAULT,)


def read_accounts(
    problems: Problems, root: Block, kinds: Mapping[str, PlatformKind]
) -> list[Account]:
    """Every account whose settings are right; the problems of others are noted."""
    platforms = root.get("platforms")
    if platforms is None:
        platforms = Block()
        if DEFAULT in kinds:
            return [account_from(DEFAULT, kinds[DEFAULT], settings_of(kinds[DEFAULT])())]
    if not isinstance(platforms, Block):
        problems.wrong(("platforms",), "not a block", "write a line `site: {}` below it, indented")
        return []
    if not platforms:
        problems.wrong(("platforms",), "no account", "add a line `site: {}` below it, indented")
    known = {name: _kind(problems, name, value, kinds) for name, value in platforms.items()}
    found = {name: kind for name, kind in known.items() if kind}
    _check_one_site(problems, found)
    _check_variables(problems, found)
    read = (_account(problems, name, platforms[name], kind) for name, kind in found.items())
    return [account for account in read if account is not None]


def _account(problems: Problems, name: str, value: Value, kind: PlatformKind) -> Account | None:
    """One account, or None once its problems are noted."""
    path: Path = ("platforms", name)
    given = Block() if value is None else value
    if isinstance(given, Block):
        given = _without_secrets(problems, path, given, kind)
    settings = problems.section(path, given, settings_of(kind))
    return account_from(name, kind, settings) if settings else None


def _kind(
    problems: Problems, name: str, given: Value, kinds: Mapping[str, PlatformKind]
) -> PlatformKind | None:
    """The kind that an account names, or else the kind that has the account's name."""
    path: Path = ("platforms", name)
    said = given.get("kind") if isinstance(given, Block) else None
    if not is_id(name):
        rule = "use lower-case letters, digits, '-' and '_', at most 64, a letter or digit first"
        todo = _platform_line(name, kinds) or _elsewhere(name, name, kinds) or rule
        problems.wrong_name(path, f"{quote(name)} is not a valid account name", todo)
    elif said is None:
        if name in kinds:
            return kinds[name]
        meant = _platform_line(name, kinds)
        other = f"{meant}, or add `kind: {platform_meant(name, kinds)}`" if meant else ""
        other = other or _elsewhere(name, name, kinds)
        todo = other or did_you_mean(name, kinds) or f"add `kind:`, one of {', '.join(kinds)}"
        problems.wrong_name(path, f"{quote(name)} is not a platform", todo)
    elif not isinstance(said, str):
        problems.wrong((*path, "kind"), "this is a list or block", "give it a single value")
    elif said in kinds:
        return kinds[said]
    else:
        todo = (
            _elsewhere(said, name, kinds) or account_hint(said, kinds) or hint(said, tuple(kinds))
        )
        problems.wrong((*path, "kind"), f"{quote(said)} is not a platform", todo)
    return None


def _platform_line(name: str, kinds: Mapping[str, PlatformKind]) -> str:
    """The line for the platform of this common name; "" if there is no such platform."""
    meant = platform_meant(name, kinds)
    if meant == "mastodon" and (server := mastodon_server(name)):
        return f"write `mastodon: {{server: https://{server}}}`"
    return f"write `{meant}:`" if meant else ""


def _elsewhere(word: str, name: str, kinds: Mapping[str, PlatformKind]) -> str:
    """What to do about a network without an adapter; "" where none was meant."""
    if network := unreachable(word):
        return f"{network} is not supported, and `broadcast` has no service for it: remove it"
    meant = None if platform_meant(word, kinds) or _HEARS not in kinds else hearing_meant(word)
    if meant is None:
        return ""
    service, address = meant
    named = name if is_id(name) else service
    return (
        f"it can only be posted to: write `{named}: {{kind: {_HEARS}}}`, and set "
        f"{variable(named, 'url')} to an address such as {address}"
    )


def _without_secrets(problems: Problems, path: Path, given: Block, kind: PlatformKind) -> Block:
    """The settings without credentials, which are refused; their values are not repeated."""
    kept = Block()
    for name, value in given.items():
        if looks_secret(name, kind):
            todo = _secret_todo(str(path[-1]), name, kind)
            problems.wrong_name((*path, name), "a secret does not belong in this file", todo)
        else:
            kept.put(name, value, given.name_places[name], given.places[name])
    return kept


def _secret_todo(account: str, name: str, kind: PlatformKind) -> str:
    """Where the credential belongs instead."""
    known = [secret.name for secret in kind.secrets]
    wanted = [name] if name in known else known
    if not wanted:
        return f"remove it: {kind.name} needs none"
    variables = ", ".join(variable(account, secret) for secret in wanted)
    return f"remove it and set {variables} in the environment"


def _check_one_site(problems: Problems, kinds: Mapping[str, PlatformKind]) -> None:
    """The bot has one site at most."""
    first, *others = [name for name, kind in kinds.items() if kind.name == "site"] or [""]
    for name in others:
        what = f"a second site (the first is {quote(first)})"
        problems.wrong_name(("platforms", name), what, "keep one of the two")


def _check_variables(problems: Problems, names: Iterable[str]) -> None:
    """No two accounts read the same environment variables."""
    first: dict[str, str] = {}
    for name in names:
        other = first.setdefault(variable(name, ""), name)
        if other != name:
            what = f"too like {quote(other)}: both read {variable(other, '*')}"
            problems.wrong_name(("platforms", name), what, "rename one of the two")
