"""Posting by hand: a tip, now; as safe as a scheduled post."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.app.accounts.lookup import known_account, known_tip
from bot.app.posting.draft import Draft, Drafter, delivery_of, keep
from bot.core.datetimes import iso
from bot.core.errors import UsageError
from bot.core.model.config import Account, Config, Tip
from bot.core.model.delivery import UNSETTLED, Delivery
from bot.core.model.schedule import Outcome, Slot
from bot.core.ports.posting_store import SlotRecord
from bot.core.ports.unit_of_work import Store, UnitOfWork

POST = "post"
"""The schedule name of posts by hand."""

A_DAY = timedelta(days=1)


def post(
    store: Store,
    drafter: Drafter,
    config: Config,
    tip_id: str,
    to: Sequence[str],
    now: datetime,
    *,
    again: bool,
) -> list[Delivery]:
    """Plan a post of a tip now, on the accounts named (none: all that it may go to).

    Raises UsageError for unknown names, for a tip that fits nowhere, and, unless `again`,
    while one of the same tip and account is unsettled or under a day old. Raises PictureError.
    """
    tip = known_tip(config, tip_id)
    accounts = [known_account(config, name) for name in to] or [
        account for account in config.accounts if tip.goes_to(account.name)
    ]
    fitting, misfits = drafter.drafts(tip, accounts, config)
    if misfits:
        whys = dict.fromkeys(one.what for one in misfits)
        raise UsageError("; ".join(whys), misfits[0].todo)
    if not fitting:
        raise UsageError(f"'{tip.id}' may go to no account", "name one with --to")
    slot = Slot(schedule=POST, key=f"{now:%Y-%m-%dT%H:%M:%S.%fZ}", due=now)
    contents = drafter.contents(fitting)
    if contents is None:
        raise UsageError(f"{tip.image} is being changed", "post it again in a moment")
    with store.writing() as tx:
        if not again:
            _refuse_repeat(tx, tip, accounts, now)
        keep(tx, contents)
        return _plan(tx, config, slot, fitting, accounts, now)


def _refuse_repeat(tx: UnitOfWork, tip: Tip, accounts: Iterable[Account], now: datetime) -> None:
    """A tip that is on its way, or was posted within a day, is not posted again by accident."""
    for account in accounts:
        for known in tx.ledger.of_tip(tip.id, account.name):
            if known.post.in_reply_to is not None:
                continue
            if known.state in UNSETTLED:
                what = f"is {known.state.value} (delivery {known.id})"
            elif known.receipt is not None and known.receipt.at > now - A_DAY:
                what = f"was posted at {iso(known.receipt.at)}"
            else:
                continue
            raise UsageError(
                f"'{tip.id}' {what} on {account.name}", "say --again to post it all the same"
            )


def _plan(
    tx: UnitOfWork,
    config: Config,
    slot: Slot,
    fitting: Sequence[Draft],
    accounts: Sequence[Account],
    now: datetime,
) -> list[Delivery]:
    """The slot and its deliveries; the site joins only where the tip has no page yet."""
    why = "the operator asked for it"
    tip = fitting[0].tip.id
    tx.slots.record(SlotRecord(slot=slot, outcome=Outcome.PLANNED, tip=tip, why=why))
    planned = []
    for one in fitting:
        if one.account not in accounts and tx.ledger.has_page(tip, one.account.name):
            continue
        delivery = delivery_of(one, slot, now + A_DAY, config, now)
        made = tx.ledger.plan(replace(delivery, by_hand=True))
        planned += [made] if made is not None else []
    return planned
