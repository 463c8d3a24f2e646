"""Retracts a post, and finds posts by tip, by address and by the page to which they link."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from bot.app.posting.transitions import move
from bot.core.errors import SecretError, UsageError
from bot.core.model.config import Config
from bot.core.model.delivery import Delivery, Receipt, State
from bot.core.model.entry import erased
from bot.core.ports.platform import PermalinkParser, PostRemover, SettlesCost
from bot.core.ports.unit_of_work import Store, UnitOfWork
from bot.core.text.suggest import did_you_mean

RETRACT = "retract"
"""The name of this spending."""

FindNames: TypeAlias = Callable[[str], PermalinkParser | None]
"""An account's parser of addresses, if it has one."""

_SHOWN = "`tipsbot posts` shows them"


def retract(store: Store, delivery_id: int, editor: PostRemover | None, now: datetime) -> Delivery:
    """Delete a post on its network, then record it; safe to repeat.

    Raises UsageError for what was not posted or is deleted already, and PlatformError.
    """
    with store.reading() as tx:
        delivery = tx.ledger.get(delivery_id)
    if delivery is None or delivery.receipt is None:
        raise UsageError(
            f"there is no posted delivery {delivery_id}", "`tipsbot posts` shows their numbers"
        )
    if delivery.state is State.RETRACTED:
        raise UsageError(f"delivery {delivery_id} has been taken back already")
    if editor is None:
        raise UsageError(f"this bot cannot take back posts on {delivery.account}")
    try:
        editor.retract(delivery.receipt.remote_id)
    finally:
        _pay(store, delivery.account, editor, now)
    gone = replace(delivery, state=State.RETRACTED, reason="taken back by the operator")
    with store.writing() as tx:
        move(tx, delivery, gone, now)
        _erase_answer(tx, delivery, delivery.receipt, now)
    return gone


def _pay(store: Store, account: str, editor: PostRemover, now: datetime) -> None:
    """Record the cost on a network that charges for it."""
    cost = editor.settle_cost() if isinstance(editor, SettlesCost) else Decimal(0)
    if cost:
        with store.writing() as tx:
            tx.accounts.spend(account, RETRACT, cost, now)


def _erase_answer(tx: UnitOfWork, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
    """Erase an answer that was deleted in the log, too."""
    if delivery.post.in_reply_to is None:
        return
    entry = tx.log.find(delivery.account, receipt.remote_id)
    if entry is not None:
        tx.log.keep(erased(entry, now), now)


def of_tip(tx: UnitOfWork, config: Config, tip: str) -> Sequence[Delivery]:
    """The newest post of a tip that stands on each account, oldest first.

    Raises UsageError where there is none.
    """
    standing = tx.ledger.recent(None, {State.POSTED}, tip=tip)
    is_known = config.library.get(tip) is not None or tx.ledger.number(tip=tip)
    if not is_known:
        hint = did_you_mean(tip, [one.id for one in config.library])
        raise UsageError(f"there is no tip and no post {tip!r}", hint or _SHOWN)
    newest = {one.account: one for one in reversed(standing) if one.post.in_reply_to is None}
    if not newest:
        raise UsageError(f"no post of {tip!r} stands", _SHOWN)
    return sorted(newest.values(), key=lambda one: one.id)


def at_address(store: Store, config: Config, names: FindNames, address: str) -> Delivery:
    """Our post of this address, in any form. Raises UsageError where there is none."""
    named = [
        (account.name, remote_id)
        for account in config.accounts
        if (remote_id := _remote_id(names, account.name, address)) is not None
    ]
    with store.reading() as tx:
        made = (tx.ledger.of_remote(*one) for one in named)
        found = next((one for one in made if one is not None), None)
        found = found or tx.ledger.at_address(address)
    if found is None:
        raise UsageError(f"no post of the bot has the address {address}", _SHOWN)
    return found


def linking(tx: UnitOfWork, config: Config, gone: Delivery) -> Sequence[Delivery]:
    """Posts elsewhere that stand and point at the site's page that was this post."""
    is_page = gone.post.in_reply_to is None and gone.tip is not None
    if config.site is None or gone.account != config.site.name or not is_page:
        return ()
    standing = tx.ledger.recent(None, {State.POSTED}, tip=gone.tip)
    return [one for one in reversed(standing) if one.needs_page]


def _remote_id(names: FindNames, account: str, address: str) -> str | None:
    try:
        reader = names(account)
    except SecretError:
        return None
    return None if reader is None else reader.remote_id(address)
