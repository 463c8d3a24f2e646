"""`fleet status`: what needs a person, over all bots, the worst first.

It tells what the `status` and the alerts of each bot tell. What the database shows at once is asked
of all bots together; what only a bot's own settings show is as the workers noted it last.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bot.app.fleet.finding import ORDER, Finding, OpenHosts, Secrets, Trouble
from bot.app.fleet.noted_findings import noted_findings
from bot.app.fleet.stored_findings import stored_findings
from bot.core.fleet.bot import BotState
from bot.core.fleet.circuit_breaker import OpenHost
from bot.core.ports.fleet_store import FleetStore


@dataclass(frozen=True, kw_only=True, slots=True)
class FleetStatus:
    """How many bots there are, and what needs a person."""

    states: Mapping[BotState, int]
    findings: tuple[Finding, ...]
    #: servers that are asked nothing for now, since they failed; that ends by itself
    open_hosts: tuple[OpenHost, ...] = ()

    @property
    def needs_person(self) -> bool:
        """Whether an operator has to act."""
        return any(one.trouble is not Trouble.STOPPED for one in self.findings)


def fleet_status(store: FleetStore, secrets: Secrets | None, open_hosts: OpenHosts) -> FleetStatus:
    """The status of all bots now; without `secrets` here, those count that workers miss."""
    with store.reading() as tx:
        bots = tx.bots.all()
        found = list(stored_findings(tx, bots, secrets))
        found += noted_findings(tx, found, are_secrets_here=secrets is not None)
    ordered = sorted(found, key=lambda one: (ORDER[one.trouble], one.bot))
    return FleetStatus(
        states=Counter(one.state for one in bots),
        findings=tuple(ordered),
        open_hosts=tuple(open_hosts()),
    )
