"""What the database and the secrets on this machine show at once, for all bots together."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.app.alerts.post_troubles import RECENT, is_acknowledgement
from bot.app.fleet.finding import Finding, Secrets, Trouble
from bot.app.posting.plan import OVER_QUOTA
from bot.core.alerts.trouble import LONGEST_REASON
from bot.core.fleet.bot import BotState, FleetBot, Job
from bot.core.model.delivery import Delivery
from bot.core.ports.fleet_store import FleetUnit
from bot.core.posting.transitions import needs_person
from bot.core.text.sanitize import one_line

LATE = timedelta(minutes=5)
"""A post that is still planned so long after it was due is late, unless it is held."""
SKIPPED = timedelta(days=1)
"""How long ago a slot was due that is told to be skipped for a quota."""
_ACCOUNT = "account:"


def stored_findings(
    tx: FleetUnit, bots: Sequence[FleetBot], secrets: Secrets | None
) -> Iterator[Finding]:
    """What needs a person now; `secrets` are None where they are not here."""
    yield from _of_files(bots)
    yield from _of_posts(tx)
    yield from _of_accounts(tx)
    yield from _of_quotas(tx, bots)
    if secrets is not None:
        yield from _of_secrets(tx, secrets)


def _of_files(bots: Sequence[FleetBot]) -> Iterator[Finding]:
    for one in bots:
        if one.state is BotState.STOPPED:
            yield Finding(bot=one.bot, trouble=Trouble.STOPPED, what="its folder is gone")
        elif one.problem is not None:
            yield Finding(bot=one.bot, trouble=Trouble.REFUSED_FILE, what=one.problem)


def _of_posts(tx: FleetUnit) -> Iterator[Finding]:
    now = tx.now()
    for bot, unsure in tx.attention.unsure().items():
        waiting = [one for one in unsure if needs_person(one, now)]
        if waiting:
            yield Finding(bot=bot, trouble=Trouble.UNSURE_POST, what=_named(waiting))
    for bot, refused in tx.attention.refused(now - RECENT).items():
        told = [one for one in refused if not is_acknowledgement(one)]
        if told:
            what = f"{_named(told)}: {one_line(told[-1].reason or 'no reason', LONGEST_REASON)}"
            yield Finding(bot=bot, trouble=Trouble.REFUSED_POST, what=what)
    for bot, number in tx.attention.late(now - LATE, now).items():
        yield Finding(bot=bot, trouble=Trouble.LATE_POST, what=f"{number} planned")


def _named(posts: Sequence[Delivery]) -> str:
    return "delivery " + ", ".join(f"{one.id} on {one.account}" for one in posts)


def _of_accounts(tx: FleetUnit) -> Iterator[Finding]:
    for bot, pauses in tx.attention.held(tx.now()).items():
        for pause in pauses:
            yield Finding(
                bot=bot,
                trouble=Trouble.HELD_ACCOUNT,
                what=f"{pause.name}: {pause.reason}",
                account=pause.name.removeprefix(_ACCOUNT),
            )


def _of_quotas(tx: FleetUnit, bots: Sequence[FleetBot]) -> Iterator[Finding]:
    active = [one for one in bots if one.state.is_active]
    most = {one.bot: one.quotas.entries for one in active if one.quotas.entries is not None}
    kept = tx.attention.entries(most) if most else {}
    for bot, number in kept.items():
        if number >= most[bot]:
            what = f"{number} entries are kept, and no new ones are"
            yield Finding(bot=bot, trouble=Trouble.FULL, what=what)
    limited = [one.bot for one in active if one.quotas.posts_per_day is not None]
    skipped = tx.attention.skipped(limited, tx.now() - SKIPPED) if limited else {}
    for bot, reasons in skipped.items():
        over = [why for why in reasons if why.startswith(OVER_QUOTA)]
        if over:
            what = f"slots without a post within a day: {len(over)}; {over[-1]}"
            yield Finding(bot=bot, trouble=Trouble.POSTS_FULL, what=what)


def _of_secrets(tx: FleetUnit, secrets: Secrets) -> Iterator[Finding]:
    for bot, theirs in tx.bots.all_accounts().items():
        for account in theirs:
            if (what := secrets.problem(bot, account)) is not None:
                yield _missing(bot, what, account.account)
    for bot in sorted(tx.tasks.bots(Job.ALERT)):
        if (what := secrets.alerts_problem(bot)) is not None:
            yield _missing(bot, what)


def _missing(bot: str, what: str, account: str | None = None) -> Finding:
    return Finding(bot=bot, trouble=Trouble.MISSING_SECRETS, what=what, account=account)
