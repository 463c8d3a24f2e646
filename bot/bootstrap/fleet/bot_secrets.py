"""Whether the secrets of the fleet's bots are on this machine, and can be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.bootstrap.settings.secrets import FLEET_SECRETS, alert_address, secrets_for
from bot.core.errors import SecretError
from bot.core.fleet.bot import FleetAccount
from bot.platforms.catalogue import KINDS


@dataclass(frozen=True, kw_only=True, slots=True)
class FolderOfSecrets:
    """`app.fleet.finding.Secrets`: those in the folder that TIPSBOT_SECRETS names."""

    variables: Mapping[str, str]

    def problem(self, bot: str, account: FleetAccount) -> str | None:
        """What is wrong with the secrets of an account."""
        kind = KINDS.get(account.kind)
        try:
            if kind is not None:
                secrets_for(account.account, kind, self.variables, bot)
        except SecretError as error:
            return str(error)
        return None

    def alerts_problem(self, bot: str) -> str | None:
        """What is wrong with the address of a bot's alerts."""
        try:
            alert_address(self.variables, bot)
        except SecretError as error:
            return str(error)
        return None


def secrets_here(variables: Mapping[str, str]) -> FolderOfSecrets | None:
    """The bots' secrets; None: they are not on this machine."""
    return FolderOfSecrets(variables=variables) if variables.get(FLEET_SECRETS) else None
