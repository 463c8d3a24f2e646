"""Finding what was posted: by its tip, by its address, and by the page to which it points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from bot.core.errors import SecretError, UsageError
from bot.core.model.config import Config
from bot.core.model.delivery import Delivery, State
from bot.core.ports.platform import PermalinkParser
from bot.core.ports.unit_of_work import Store, UnitOfWork
from bot.core.text.suggest import did_you_mean

_SHOWN = "`tipsbot posts` shows them"


FindNames: TypeAlias = Callable[[str], PermalinkParser | None]
"""An account's reader of addresses, if it has one."""


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
