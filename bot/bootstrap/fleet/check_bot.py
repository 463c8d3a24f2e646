"""Checks the files of a bot of the fleet as `tipsbot check` does, and as many bots need besides."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from bot.app.accounts.refresh_limits import KnownCapabilities
from bot.app.fleet.accepted import Accepted
from bot.app.posting.draft import Drafter, posted_texts
from bot.app.tips.validate import server_addresses
from bot.bootstrap import checked_tips_file
from bot.bootstrap.checked_tips_file import KINDS, LoadedFile
from bot.bootstrap.settings.environment import Environment
from bot.core.discussion.webmention import LinkNotice, takes
from bot.core.errors import Problem, Refused, RetryLater, TipsError
from bot.core.fleet.bot import TIPS_FILE, FleetAccount, Job, Task
from bot.core.fleet.site_address import SiteAddress, site_address
from bot.core.model.capabilities import Ability
from bot.core.model.config import Account, Config
from bot.core.ports.unit_of_work import Store
from bot.core.text.web_addresses import PORTS
from bot.outbound.pages.public_addresses import public_addresses, resolve
from bot.pictures.of_tips import VersionFiles


@dataclass(frozen=True, kw_only=True, slots=True)
class BotCheck:
    """`app.fleet.sync.Validate`."""

    environment: Environment
    store_of: Callable[[str], Store]
    now: Callable[[], datetime]
    #: whether a host is one of a private network, looked up once for all bots
    _is_private: Callable[[str, int], bool] = field(
        default_factory=lambda: lru_cache(None)(_leads_inside)
    )

    def __call__(self, bot: str, files: Mapping[str, bytes]) -> Accepted:
        """What the files mean for the fleet. Raises TipsError with every mistake."""
        file, data = Path(bot) / TIPS_FILE, files[TIPS_FILE]
        loaded = checked_tips_file.load(file, self.environment, lambda: data, bot)
        store = self.store_of(bot)
        drafter = Drafter(
            capabilities_of=KnownCapabilities(store=store, kinds=KINDS).of,
            posted=posted_texts(store),
            pictures=checked_tips_file.pictures_of(
                VersionFiles(files.get), self.environment, lambda: loaded.config.bot
            ),
        )
        problems = list(self._private_servers(loaded))
        try:
            checked_tips_file.refuse_misfits(loaded, drafter, self.now())
        except TipsError as error:
            problems += error.problems
        if problems:
            raise TipsError(tuple(problems))
        return accepted(loaded.config, self.environment)

    def _private_servers(self, loaded: LoadedFile) -> Iterator[Problem]:
        """Accounts whose server is in a private network, which a stranger's file must not reach."""
        if self.environment.allow_private_servers:
            return
        for account in loaded.config.accounts:
            for host, port in _servers(account):
                if self._is_private(host, port):
                    yield loaded.places.problem(
                        loaded.places.account(account.name),
                        f"{account.name}: {host} is in a private network",
                        "use a public server, or set TIPSBOT_ALLOW_PRIVATE_SERVERS=1",
                    )


def accepted(config: Config, environ: Environment) -> Accepted:
    """What a bot's settings mean for the fleet."""
    return Accepted(
        address=_address(config, environ),
        accounts=tuple(map(_account, config.accounts)),
        tasks=tuple(_tasks(config)),
        tips=len(config.library.tips),
    )


def _address(config: Config, environ: Environment) -> SiteAddress | None:
    """The address of the bot's site, unless the file names none."""
    return None if config.bot.site == environ.own_address else site_address(config.bot.site)


def _account(account: Account) -> FleetAccount:
    addresses = server_addresses(account, KINDS[account.kind])
    host = site_address(addresses[0]).host if addresses else None
    return FleetAccount(account=account.name, kind=account.kind, host=host)


def _tasks(config: Config) -> Iterator[Task]:
    """What workers do for the bot besides its deliveries."""
    yield Task(job=Job.PLAN)
    for account in config.accounts:
        if Ability.LISTEN in KINDS[account.kind].traits.abilities:
            yield Task(job=Job.LISTEN, account=account.name)
    if any(takes(config, protocol) for protocol in LinkNotice):
        yield Task(job=Job.RESPOND)
    if config.alerts is not None:
        yield Task(job=Job.ALERT)


def _servers(account: Account) -> Iterator[tuple[str, int]]:
    """Host and port of each server that the file names; the network's own needs no check."""
    kind = KINDS[account.kind]
    usual = {option.default for option in kind.options}
    for address in server_addresses(account, kind):
        parts = urlsplit(address)
        if address not in usual:
            yield parts.hostname or "", parts.port or PORTS[parts.scheme]


def _leads_inside(host: str, port: int) -> bool:
    """Whether any address of a host is not public; a name that is not found is nobody's."""
    try:
        public_addresses(host, port, resolve)
    except Refused:
        return True
    except RetryLater:
        return False
    return False
