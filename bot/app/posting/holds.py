"""The reasons why a planned delivery has to wait: pauses, limits, gaps, pages, budgets."""

from datetime import datetime, timedelta
from decimal import Decimal

import structlog

from bot.app.notes import POSTING_LIMITED
from bot.core.errors import RetryLater, Unauthorised
from bot.core.model.config import Account, Config
from bot.core.model.delivery import Delivery, State
from bot.core.ports.account_store import Pause
from bot.core.ports.unit_of_work import UnitOfWork

log = structlog.get_logger()

PROBE = timedelta(minutes=15)
"""How long an account is paused after its credentials were rejected."""
LONGEST_LIMIT = timedelta(days=2)
"""Longer than any network's limit on posting lasts."""


def hold(
    tx: UnitOfWork,
    config: Config,
    account: Account,
    delivery: Delivery,
    price: Decimal,
    now: datetime,
) -> str | None:
    """Why this delivery has to wait, in words, or None where nothing holds it back."""
    pause = tx.accounts.pauses(now).get(f"account:{account.name}")
    if pause is not None:
        return pause.reason
    if (limited := posting_limited(tx, account, now)) is not None:
        return limited
    if delivery.needs_page and not _has_page(tx, config, delivery):
        return "its page is not on the site yet"
    if tx.ledger.recent(1, {State.SENDING}, account.name):
        return "another post is being sent on this account"
    return _too_soon(tx, account, delivery, now) or _too_dear(tx, account, price, now)


def hold_account(tx: UnitOfWork, account: Account, error: Unauthorised, now: datetime) -> None:
    """Pause an account whose credentials were rejected; after a while they are tried again."""
    name = f"account:{account.name}"
    known = tx.accounts.pauses(now).get(name)
    if known is not None and known.by_operator:
        return
    tx.accounts.pause(
        Pause(name=name, reason=str(error), since=now, until=now + PROBE, by_operator=False)
    )
    if known is None:
        log.error("account_held", account=account.name, reason=str(error))


def limit_posting(tx: UnitOfWork, account: Account, error: RetryLater, now: datetime) -> None:
    """Post nothing on the account until its network takes posts again, if it says when."""
    if error.after is not None:
        POSTING_LIMITED.begin(tx, account.name, now, error.after)


def posting_limited(tx: UnitOfWork, account: Account, now: datetime) -> str | None:
    """Why the network's own limit keeps the account from posting; None: it does not."""
    until = POSTING_LIMITED.end(tx, account.name, now, LONGEST_LIMIT)
    if until is None:
        return None
    return f"the network takes no more posts before {until:%Y-%m-%d %H:%M} UTC"


def _has_page(tx: UnitOfWork, config: Config, delivery: Delivery) -> bool:
    """Whether the tip's page, at which the post points, is up."""
    site = config.site
    return site is None or delivery.tip is None or tx.ledger.has_page(delivery.tip, site.name)


def _too_soon(tx: UnitOfWork, account: Account, delivery: Delivery, now: datetime) -> str | None:
    if delivery.by_hand or not account.gap:
        return None
    last = tx.ledger.last_sent(account.name, now, delivery.id)
    if last is None or last + account.gap <= now:
        return None
    return f"posts on this account keep a gap of {_minutes(account.gap)}"


def _too_dear(tx: UnitOfWork, account: Account, price: Decimal, now: datetime) -> str | None:
    if account.monthly_budget is None:
        return None
    spent = tx.accounts.spent(account.name, now)
    if spent + price <= account.monthly_budget:
        return None
    return (
        f"over this month's budget: it costs ${price}, and ${spent:.2f} of "
        f"${account.monthly_budget} are spent; raise monthly_budget to post it"
    )


def _minutes(gap: timedelta) -> str:
    minutes = gap.total_seconds() / 60
    return f"{minutes:g} minute{'' if minutes == 1 else 's'}"
