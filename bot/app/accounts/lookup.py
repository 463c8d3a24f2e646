"""Finding what an operator named: a tip, an account; with a near name where there is none."""

from collections.abc import Sequence

from bot.core.errors import UsageError
from bot.core.model.config import Account, Config, Tip
from bot.core.model.delivery import Delivery
from bot.core.ports.unit_of_work import UnitOfWork
from bot.core.text.suggest import account_hint, did_you_mean

NAMED = 10
"""So many names are given where none is near."""


def known_tip(config: Config, tip_id: str) -> Tip:
    """The tip of this id. Raises UsageError where there is none."""
    tip = config.library.get(tip_id)
    if tip is None:
        ids = [tip.id for tip in config.library]
        raise _unknown("tip", tip_id, ids, did_you_mean(tip_id[:64], ids))
    return tip


def known_account(config: Config, name: str) -> Account:
    """The account of this name. Raises UsageError where there is none."""
    account = config.account(name)
    if account is None:
        names = [account.name for account in config.accounts]
        raise _unknown("account", name, names, account_hint(name, names))
    return account


def known_delivery(tx: UnitOfWork, delivery_id: int) -> Delivery:
    """The delivery of this number. Raises UsageError where there is none."""
    known = tx.ledger.get(delivery_id)
    if known is None:
        raise UsageError(
            f"there is no delivery {delivery_id}", "`tipsbot posts` shows their numbers"
        )
    return known


def _unknown(noun: str, name: str, names: Sequence[str], near: str) -> UsageError:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    hint = near or f"there are: {', '.join(names[:NAMED])}{more}"
    return UsageError(f"there is no {noun} {name!r}", hint)
