"""What only the settings of a bot show, as the workers that know them noted it last."""

from collections.abc import Iterable, Iterator

from bot.app.alerts.stored_state import ALERTS
from bot.app.fleet.finding import Finding, Trouble
from bot.core.alerts.state import AlertState
from bot.core.alerts.trouble import Trouble as OfOneBot
from bot.core.alerts.trouble import TroubleKind
from bot.core.fleet.bot import Job
from bot.core.ports.fleet_store import FleetUnit

TOLD = {
    TroubleKind.CREDENTIALS: Trouble.HELD_ACCOUNT,
    TroubleKind.SECRETS: Trouble.MISSING_SECRETS,
    TroubleKind.UNREACHABLE: Trouble.UNREACHABLE,
    TroubleKind.BUDGET: Trouble.BUDGET,
    TroubleKind.DRY: Trouble.DRY,
}
"""What is told of the troubles that were noted; the database itself shows the others."""


def noted_findings(
    tx: FleetUnit, found: Iterable[Finding], *, are_secrets_here: bool
) -> Iterator[Finding]:
    """What was noted of the running bots, but for what was `found` already.

    Where the bots' secrets are here, what workers noted of theirs does not count.
    """
    known = {(one.bot, one.trouble, one.account) for one in found}
    alerted = tx.tasks.bots(Job.ALERT)
    for bot, text in tx.attention.noted(ALERTS.name).items():
        state = ALERTS.from_text(text)
        mine = [*_troubles(bot, state), *(_alerts(bot, state) if bot in alerted else ())]
        for one in mine:
            is_elsewhere = are_secrets_here and one.trouble is Trouble.MISSING_SECRETS
            if not is_elsewhere and not _is_known(one, known):
                yield one


def _troubles(bot: str, state: AlertState) -> Iterator[Finding]:
    for one in state.known:
        kind = TOLD.get(one.trouble.kind)
        if kind is not None and one.gone_at is None:
            what = _words(one.trouble)
            yield Finding(bot=bot, trouble=kind, what=what, account=one.trouble.account)


def _alerts(bot: str, state: AlertState) -> Iterator[Finding]:
    if state.problem is not None:
        yield Finding(bot=bot, trouble=Trouble.NO_ALERTS, what=state.problem)


def _is_known(one: Finding, known: set[tuple[str, Trouble, str | None]]) -> bool:
    """Whether the same is told already; alerts without an address cannot be sent."""
    trouble = Trouble.MISSING_SECRETS if one.trouble is Trouble.NO_ALERTS else one.trouble
    return (one.bot, trouble, one.account) in known


def _words(one: OfOneBot) -> str:
    """What is wrong with what, and what to do; a missing secret's own words name its account."""
    if one.kind is TroubleKind.SECRETS:
        return one.what
    return one.line.removeprefix(f"{one.kind.value}: ")
