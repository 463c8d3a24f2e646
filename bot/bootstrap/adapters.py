"""The adapters of the accounts in the tips file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, TypeVar

from bot.app.discussion.listen import budget_left
from bot.bootstrap.alerts.channel import AppriseChannel, open_channel
from bot.bootstrap.settings.environment import Environment
from bot.bootstrap.settings.secrets import add_secrets, secrets_for
from bot.core.errors import SecretError
from bot.core.model.config import Account, Config
from bot.core.ports.pictures import PostPictures
from bot.core.ports.platform import Clock, Platform
from bot.platforms import catalogue
from bot.store import Database

if TYPE_CHECKING:
    from bot.core.ports.network_state import RequestLimits
    from bot.outbound.session import Carrier

Port = TypeVar("Port")


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkAccess:
    """How adapters reach networks."""

    #: makes the transport of requests; None: the network
    carrier: Carrier | None = None
    #: the rate limits that all adapters share; None: each adapter keeps its own
    limits: RequestLimits | None = None


DIRECT = NetworkAccess()
"""That of a bot that runs alone."""


@dataclass(kw_only=True, slots=True)
class Adapters:
    """One adapter for each account of `config()`, built when it is first asked for."""

    config: Callable[[], Config]
    environment: Environment
    database: Database
    clock: Clock
    #: whether another process serves the bot's site
    is_served: Callable[[], bool]
    pictures: PostPictures
    network: NetworkAccess = DIRECT
    #: set when the process ends: an alert waits for no answer any more
    is_ending: Event = field(default_factory=Event)
    _built: dict[str, Platform] = field(default_factory=dict)
    _channel: AppriseChannel | None = None

    def port(self, kind: type[Port], name: str) -> Port | None:
        """An account's adapter if it has this port; None otherwise, or for an unknown account."""
        account = self.config().account(name)
        adapter: object = None if account is None else self.get(account)
        return adapter if isinstance(adapter, kind) else None

    def get(self, account: Account) -> Platform:
        """The adapter of an account of the file. Raises SecretError."""
        if account.name not in self._built:
            self._built[account.name] = self._build(account, self.config())
        return self._built[account.name]

    def alert_channel(self) -> AppriseChannel:
        """The operator's own channel. Raises SecretError."""
        if self._channel is None:
            self._channel = self._open_channel(self.config())
        return self._channel

    def rebuild(self, config: Config) -> None:
        """Build those of all accounts anew, and the channel, for a file that comes into use.

        Raises SecretError with all missing secrets, and changes nothing then.
        """
        built, channel, missing = {}, None, []
        for account in config.accounts:
            try:
                built[account.name] = self._build(account, config)
            except SecretError as error:
                missing.append(str(error))
        try:
            if config.alerts is not None:
                channel = self._open_channel(config)
        except SecretError as error:
            missing.append(str(error))
        if missing:
            raise SecretError("; ".join(missing))
        self._built, self._channel = built, channel

    def _open_channel(self, config: Config) -> AppriseChannel:
        return open_channel(config, self.environment, catalogue.KINDS, self.is_ending)

    def _build(self, account: Account, config: Config) -> Platform:
        kind = catalogue.KINDS[account.kind]
        environ = self.environment
        secrets = secrets_for(account.name, kind, environ.variables, environ.fleet_bot)
        add_secrets(secrets.values())
        return catalogue.build(
            catalogue.AdapterContext(
                account=account,
                secrets=secrets,
                identity=config.bot,
                pages=self.database.pages,
                clock=self.clock,
                carrier=self._carrier,
                limits=self.network.limits,
                spending_limit=partial(self._money_left, account),
                files=self.database.files,
                is_served=self.is_served,
                pictures=self.pictures,
                is_public_only=environ.is_public_only,
            )
        )

    @property
    def _carrier(self) -> Carrier | None:
        """What makes the transport of requests; that of a fleet's bot keeps to public servers."""
        if self.network.carrier is None and self.environment.is_public_only:
            from bot.outbound.public_only.transport import PublicTransport

            return PublicTransport
        return self.network.carrier

    def _money_left(self, account: Account) -> Decimal | None:
        """What reading may still cost this month, in US dollars; None: no limit."""
        with self.database.store.reading() as tx:
            return budget_left(tx, account, self.clock.now())
