"""Checks what the file alone cannot show: whether tips fit, links are public, tips expired."""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.app.posting.draft import Drafter
from bot.core.model.capabilities import Form, PlatformKind
from bot.core.model.config import Account, Config, Library, Tip
from bot.core.posting.compose import PostLayout
from bot.core.text.web_addresses import is_loopback

_NOWHERE = ("localhost", "example", "test", "invalid", "local", "internal")
_EXAMPLES = (".example.com", ".example.org", ".example.net")


@dataclass(frozen=True, kw_only=True, slots=True)
class TipProblem:
    """Something wrong with a tip or with the bot's own settings, and what to do about it."""

    tip: str | None
    what: str
    todo: str


def tip_problems(
    config: Config, kinds: Mapping[str, PlatformKind], drafter: Drafter
) -> Iterator[TipProblem]:
    """Everything that would go wrong when posting, in the order of the file."""
    yield from _in_clear_text(config, kinds)
    public = [account for account in config.accounts if _is_public(account, kinds[account.kind])]
    site_said = False
    yield from _not_fetched(config, public, drafter)
    for tip in config.library:
        picture_said = False
        for account in config.accounts:
            if not tip.goes_to(account.name):
                continue
            if (found := drafter.misfit(tip, account, config)) is not None:
                if not (found.is_picture and picture_said):
                    yield TipProblem(tip=tip.id, what=found.what, todo=found.todo)
                picture_said = picture_said or found.is_picture
                continue
            layout = drafter.layout(tip, account, config)
            if account in public and layout.link is not None and leads_nowhere(layout.link):
                if layout.needs_page and site_said:
                    continue
                site_said = site_said or layout.needs_page
                yield _nowhere(tip, layout, config)


def _not_fetched(
    config: Config, public: Iterable[Account], drafter: Drafter
) -> Iterator[TipProblem]:
    """Accounts whose network could fetch no picture from the site, where a tip has one."""
    if config.bot.site.startswith("https://") and not leads_nowhere(config.bot.site):
        return
    for account in public:
        limits = drafter.capabilities_of(account).picture
        has_one = any(tip.image and tip.goes_to(account.name) for tip in config.library)
        if limits is not None and limits.is_fetched and has_one and config.site is not None:
            yield TipProblem(
                tip=None,
                what=f"{account.name} would fetch pictures from {config.bot.site}, and cannot",
                todo="set bot.site to the site's public https address, or leave `image` out",
            )


def _in_clear_text(config: Config, kinds: Mapping[str, PlatformKind]) -> Iterator[TipProblem]:
    """Servers to which a credential would be sent unencrypted."""
    for account in config.accounts:
        kind = kinds[account.kind]
        for address in server_addresses(account, kind):
            if kind.secrets and address.startswith("http://") and not is_loopback(address):
                yield TipProblem(
                    tip=None,
                    what=f"{account.name} would send its credentials to {address} unencrypted",
                    todo="write https://",
                )


def leads_nowhere(address: str) -> bool:
    """Whether nobody but the machine itself could open this address."""
    return _is_nowhere((urlsplit(address).hostname or "").rstrip("."))


@lru_cache(maxsize=256)
def _is_nowhere(host: str) -> bool:
    """Whether the host is one of this machine or network alone; most tips share a few hosts."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        _, dot, last = host.rpartition(".")
        return not dot or last in _NOWHERE or f".{host}".endswith(_EXAMPLES)


def _is_public(account: Account, kind: PlatformKind) -> bool:
    """Whether strangers can follow the account: not on a server that is itself out of reach."""
    return kind.traits.public and not any(map(is_loopback, server_addresses(account, kind)))


def server_addresses(account: Account, kind: PlatformKind) -> list[str]:
    """The addresses among an account's settings: the servers that are asked for it."""
    return [
        account.options[option.name]
        for option in kind.options
        if option.form is Form.ADDRESS and option.name in account.options
    ]


def _nowhere(tip: Tip, layout: PostLayout, config: Config) -> TipProblem:
    name = layout.account.name
    if not layout.needs_page:
        return TipProblem(
            tip=tip.id,
            what=f"the link of '{tip.id}', {layout.link}, leads nowhere on {name}",
            todo="give it an address that everybody can open",
        )
    return TipProblem(
        tip=None,
        what=f"posts on {name} would link to {config.bot.site}, which nobody can open",
        todo=f"set bot.site to the site's public address, or `link: never` on {name}",
    )


def without_expired(config: Config, now: datetime) -> Config:
    """The same without the tips that are not posted any more."""
    kept = tuple(tip for tip in config.library if not _is_over(tip, now))
    return replace(config, library=Library(tips=kept))


def unreviewed(config: Config, now: datetime) -> tuple[Tip, ...]:
    """The tips in whose posts the words are the bot's own, so that nobody has looked at them.

    They have no summary of the operator's, and are posted somewhere; in the order of the file.
    """
    return tuple(
        tip
        for tip in without_expired(config, now).library
        if tip.summary is None and any(tip.goes_to(account.name) for account in config.accounts)
    )


def expired(config: Config, now: datetime) -> Iterator[TipProblem]:
    """The tips that no schedule brings any more, in the order of the file."""
    zone = ZoneInfo(config.bot.timezone)
    for tip in config.library:
        if tip.expires is not None and _is_over(tip, now):
            end = f"{tip.expires.astimezone(zone):%a %d %b %Y %H:%M %Z}"
            yield TipProblem(
                tip=tip.id,
                what=f"'{tip.id}' expired at {end} and is not posted any more",
                todo="leave it, or give it a later `expires`",
            )


def _is_over(tip: Tip, now: datetime) -> bool:
    return tip.expires is not None and tip.expires <= now
