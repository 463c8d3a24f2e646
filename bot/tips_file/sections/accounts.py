"""The `platforms` section: which accounts there are, of which kind, with which settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.core.model.capabilities import PlatformKind, variable
from bot.core.model.config import Account
from bot.core.text.suggest import account_hint, did_you_mean, mastodon_server, platform_meant
from bot.tips_file.messages import hint, quote
from bot.tips_file.problems import Problems
from bot.tips_file.sections.account_models import account_from, looks_secret, settings_of
from bot.tips_file.values.field_types import is_id
from bot.tips_file.yaml.yaml_tree import Block, Path, Value

DEFAULT = "site"
"""The account of a file that names none: the bot's own site."""


def account_names(root: Block) -> tuple[str, ...]:
    """The names of the accounts, however wrong their settings are."""
    platforms = root.get("platforms")
    return tuple(platforms) if isinstance(platforms, Block) else (DEFAULT,)


def read_accounts(
    review: Problems, root: Block, kinds: Mapping[str, PlatformKind]
) -> list[Account]:
    """Every account whose settings are right; what is wrong goes to the review."""
    platforms = root.get("platforms")
    if platforms is None:
        platforms = Block()
        if DEFAULT in kinds:
            return [account_from(DEFAULT, kinds[DEFAULT], settings_of(kinds[DEFAULT])())]
    if not isinstance(platforms, Block):
        review.wrong(("platforms",), "not a block", "write a line `site: {}` below it, indented")
        return []
    if not platforms:
        review.wrong(("platforms",), "no account", "add a line `site: {}` below it, indented")
    known = {name: _kind(review, name, value, kinds) for name, value in platforms.items()}
    found = {name: kind for name, kind in known.items() if kind}
    _check_one_site(review, found)
    _check_variables(review, found)
    read = (_account(review, name, platforms[name], kind) for name, kind in found.items())
    return [account for account in read if account is not None]


def _account(review: Problems, name: str, value: Value, kind: PlatformKind) -> Account | None:
    """One account, or None once its problems are noted."""
    path: Path = ("platforms", name)
    given = Block() if value is None else value
    if isinstance(given, Block):
        given = _without_secrets(review, path, given, kind)
    settings = review.section(path, given, settings_of(kind))
    return account_from(name, kind, settings) if settings else None


def _kind(
    review: Problems, name: str, given: Value, kinds: Mapping[str, PlatformKind]
) -> PlatformKind | None:
    """The kind that an account says it is of, or else the kind of its name."""
    path: Path = ("platforms", name)
    said = given.get("kind") if isinstance(given, Block) else None
    if not is_id(name):
        rule = "use lower-case letters, digits, '-' and '_', at most 64, a letter or digit first"
        todo = _called_here(name, kinds) or rule
        review.wrong_name(path, f"{quote(name)} is no name for an account", todo)
    elif said is None:
        if name in kinds:
            return kinds[name]
        meant = _called_here(name, kinds)
        other = f"{meant}, or add `kind: {platform_meant(name, kinds)}`" if meant else ""
        todo = other or did_you_mean(name, kinds) or f"add `kind:`, one of {', '.join(kinds)}"
        review.wrong_name(path, f"{quote(name)} is no platform", todo)
    elif not isinstance(said, str):
        review.wrong((*path, "kind"), "a list or block stands here", "give it a single value")
    elif said in kinds:
        return kinds[said]
    else:
        todo = account_hint(said, kinds) or hint(said, tuple(kinds))
        review.wrong((*path, "kind"), f"{quote(said)} is no platform", todo)
    return None


def _called_here(name: str, kinds: Mapping[str, PlatformKind]) -> str:
    """How to write the platform that people call so; "" where that is none that there is."""
    meant = platform_meant(name, kinds)
    if meant == "mastodon" and (server := mastodon_server(name)):
        return f"write `mastodon: {{server: https://{server}}}`"
    return f"write `{meant}:`" if meant else ""


def _without_secrets(review: Problems, path: Path, given: Block, kind: PlatformKind) -> Block:
    """The settings without credentials; each is refused, and its value not repeated."""
    kept = Block()
    for name, value in given.items():
        if looks_secret(name, kind):
            todo = _secret_todo(str(path[-1]), name, kind)
            review.wrong_name((*path, name), "a secret does not belong in this file", todo)
        else:
            kept.put(name, value, given.name_places[name], given.places[name])
    return kept


def _secret_todo(account: str, name: str, kind: PlatformKind) -> str:
    """Where the credential belongs instead."""
    known = [secret.name for secret in kind.secrets]
    wanted = [name] if name in known else known
    if not wanted:
        return f"take it out: {kind.name} needs none"
    variables = ", ".join(variable(account, secret) for secret in wanted)
    return f"take it out and set {variables} in the environment"


def _check_one_site(review: Problems, kinds: Mapping[str, PlatformKind]) -> None:
    """The bot has one site at most."""
    first, *others = [name for name, kind in kinds.items() if kind.name == "site"] or [""]
    for name in others:
        what = f"a second site (the first is {quote(first)})"
        review.wrong_name(("platforms", name), what, "keep one of the two")


def _check_variables(review: Problems, names: Iterable[str]) -> None:
    """No two accounts read the same environment variables."""
    first: dict[str, str] = {}
    for name in names:
        other = first.setdefault(variable(name, ""), name)
        if other != name:
            what = f"too like {quote(other)}: both read {variable(other, '*')}"
            review.wrong_name(("platforms", name), what, "rename one of the two")
