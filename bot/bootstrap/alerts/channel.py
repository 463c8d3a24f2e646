"""The operator's own channel, through Apprise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING

from bot.bootstrap.settings.environment import Environment
from bot.bootstrap.settings.secrets import add_secrets, alert_address, redacted, secrets_for
from bot.core.alerts.channel import ADDRESS, ADDRESS_VARIABLE, HOLDER
from bot.core.alerts.message import Message, fitted
from bot.core.errors import OutcomeUnknown, SecretError
from bot.core.model.capabilities import PlatformKind
from bot.core.model.config import Config
from bot.core.text.sanitize import harmless, one_line

if TYPE_CHECKING:
    from bot.outbound.apprise.sender import AppriseSender

LONGEST = 3500
"""Characters of a message, on any service: ntfy makes a file of one that is longer."""
LONGEST_TITLE = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class AppriseChannel:
    """`core.alerts.channel.AlertChannel`: one place that Apprise reaches."""

    sender: AppriseSender
    shared_with: frozenset[str]

    @property
    def service(self) -> str:
        """The name of the service."""
        return self.sender.service.name

    def send(self, message: Message) -> None:
        """Send a message once, without any credential. Raises PlatformError."""
        from bot.outbound.apprise.sender import NotConfirmedError

        title = one_line(redacted(message.title), LONGEST_TITLE)
        # A service that knows no titles has this one above the text.
        limit = min(self.sender.service.limit, LONGEST) - len(title) - len("\r\n\r\n")
        text = fitted([redacted(harmless(line)) for line in message.lines], max(limit, 0))
        try:
            self.sender.send(text or title, title)
        except NotConfirmedError as error:
            what = f"{self.service} was sent the alert and did not confirm it ({error})"
            raise OutcomeUnknown(what, "look whether it has arrived, and at the address") from None


def open_channel(
    config: Config,
    environ: Environment,
    kinds: Mapping[str, PlatformKind],
    is_ending: Event | None = None,
) -> AppriseChannel:
    """The channel at the address of the environment, which waits for nothing once `is_ending`.

    Raises SecretError where there is none, or it cannot be used.
    """
    from bot.outbound.apprise.sender import AppriseSender

    address = alert_address(environ.variables, environ.fleet_bot)
    add_secrets([address])
    return AppriseChannel(
        sender=AppriseSender(
            _source(environ),
            address,
            config.bot.name,
            is_public_only=environ.is_public_only,
            is_ending=is_ending,
        ),
        shared_with=frozenset(_accounts_at(address, config, environ, kinds)),
    )


def _source(environ: Environment) -> str:
    """Where the address was found, for messages."""
    if environ.fleet_bot is None:
        return ADDRESS_VARIABLE
    return f"{environ.fleet_bot}/{HOLDER}_{ADDRESS.name}"


def _accounts_at(
    address: str, config: Config, environ: Environment, kinds: Mapping[str, PlatformKind]
) -> list[str]:
    """The accounts of which a secret is this very address."""
    found = []
    for account in config.accounts:
        try:
            secrets = secrets_for(
                account.name, kinds[account.kind], environ.variables, environ.fleet_bot
            )
        except SecretError:
            continue
        if address.strip() in {secret.strip() for secret in secrets.values()}:
            found.append(account.name)
    return found
