"""What the operator asks for by hand: a post now, an answer, a post taken back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.app.draft import Draft, Misfit, TraitsOf, delivery_of, drafts, post_key
from bot.app.moves import move
from bot.core.config import Account, Config
from bot.core.delivery import UNSETTLED, Delivery, Post, State
from bot.core.discussion import NOBODY, Entry, Visibility
from bot.core.errors import UsageError
from bot.core.fit import native_length
from bot.core.memory import SlotRecord, Store, Tx
from bot.core.near import did_you_mean
from bot.core.ports import Editor
from bot.core.slot import Outcome, Slot
from bot.core.tip import Tip
from bot.core.when import iso

POST = "post"
"""The schedule name of posts by hand."""

A_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hand:
    """Writes into the ledger what the operator asks for; delivering it is another verb's work."""

    store: Store
    traits_of: TraitsOf

    def post(
        self, config: Config, tip_id: str, to: Sequence[str], now: datetime, *, again: bool
    ) -> list[Delivery]:
        """Plan a post of a tip now, on the accounts named (none: all that it may go to).

        Raises UsageError for unknown names, for a tip that fits nowhere, and, unless `again`,
        while one of the same tip and account is unsettled or under a day old.
        """
        tip = known_tip(config, tip_id)
        accounts = [known_account(config, name) for name in to] or [
            account for account in config.accounts if tip.goes_to(account.name)
        ]
        fitting, misfits = drafts(tip, accounts, config, self.traits_of)
        if misfits:
            raise UsageError("; ".join(map(_misfit, misfits)), "write a shorter `summary` for it")
        if not fitting:
            raise UsageError(f"'{tip.id}' may go to no account", "name one with --to")
        slot = Slot(schedule=POST, key=f"{now:%Y-%m-%dT%H:%M:%S.%fZ}", due=now)
        with self.store.writing() as tx:
            if not again:
                _refuse_repeat(tx, tip, accounts, now)
            return _plan(tx, config, slot, fitting, accounts, now)

    def reply(self, config: Config, entry_id: int, text: str, now: datetime) -> Delivery:
        """Plan an answer to an entry. The same words to the same entry are sent once only."""
        with self.store.writing() as tx:
            entry = tx.log.get(entry_id)
            if entry is None or not entry.is_legible:
                raise UsageError(
                    f"there is no entry {entry_id}", "`tipsbot log` shows their numbers"
                )
            account = known_account(config, entry.account)
            delivery = self._answer(config, account, entry, text, now)
            planned = tx.ledger.plan(delivery)
            if planned is None:
                (known,) = tx.ledger.of_slot(delivery.slot)
                raise UsageError(f"this answer is there already ({known.state.value})")
            return planned

    def _answer(
        self, config: Config, account: Account, entry: Entry, text: str, now: datetime
    ) -> Delivery:
        traits = self.traits_of(account)
        words = _addressed(text.strip(), entry, mentions=traits.reply_mentions)
        if not text.strip():
            raise UsageError("the answer is empty")
        length = native_length(words, traits.text)
        if length > traits.text.limit:
            raise UsageError(
                f"the answer is {length} long and {account.name} takes {traits.text.limit}",
                "shorten it",
            )
        digest = hashlib.sha256(words.encode()).hexdigest()[:12]
        slot = f"reply/{entry.id}-{digest}"
        return Delivery(
            id=0,
            slot=slot,
            tip=entry.tip,
            account=account.name,
            post=Post(
                key=post_key(config.bot.id, slot, account.name),
                tip=entry.tip,
                title=config.bot.name,
                text=words,
                body="",
                visibility=traits.reply_visibility,
                created_at=now,
                in_reply_to=entry.remote_id,
            ),
            state=State.PLANNED,
            due=now,
            deadline=now + A_DAY,
            not_before=now,
            by_hand=True,
        )

    def retract(self, delivery_id: int, editor: Editor | None, now: datetime) -> Delivery:
        """Take a post back from its network, then write it down; safe to repeat."""
        with self.store.reading() as tx:
            delivery = tx.ledger.get(delivery_id)
        if delivery is None or delivery.receipt is None:
            raise UsageError(
                f"there is no posted delivery {delivery_id}", "`tipsbot status` shows their numbers"
            )
        if delivery.state is State.RETRACTED:
            raise UsageError(f"delivery {delivery_id} was taken back already")
        if editor is None:
            raise UsageError(f"posts on {delivery.account} cannot be taken back from here")
        editor.retract(delivery.receipt.remote_id)
        gone = replace(delivery, state=State.RETRACTED, reason="taken back by the operator")
        with self.store.writing() as tx:
            move(tx, delivery, gone, now)
            if delivery.post.in_reply_to is not None:
                _forget_answer(tx, delivery, delivery.receipt.remote_id, now)
        return gone


def known_tip(config: Config, tip_id: str) -> Tip:
    """The tip of this id. Raises UsageError, with a near one, where there is none."""
    tip = config.library.get(tip_id)
    if tip is None:
        raise _unknown("tip", tip_id, [tip.id for tip in config.library])
    return tip


def known_account(config: Config, name: str) -> Account:
    """The account of this name. Raises UsageError, with a near one, where there is none."""
    account = config.account(name)
    if account is None:
        raise _unknown("account", name, [account.name for account in config.accounts])
    return account


def _unknown(noun: str, name: str, names: Sequence[str]) -> UsageError:
    hint = did_you_mean(name, names) or f"there are: {', '.join(names[:10])}"
    return UsageError(f"there is no {noun} {name!r}", hint)


def _misfit(misfit: Misfit) -> str:
    return f"'{misfit.tip.id}' does not fit {misfit.account.name}: {misfit.why}"


def _refuse_repeat(tx: Tx, tip: Tip, accounts: Iterable[Account], now: datetime) -> None:
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
    tx: Tx,
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


def _addressed(text: str, entry: Entry, *, mentions: bool) -> str:
    """The answer with the name of whom it answers in front, where the network needs it."""
    handle = f"@{entry.author.handle.lstrip('@')}"
    if not mentions or handle == "@" or handle in text:
        return text
    return f"{handle} {text}"


def _forget_answer(tx: Tx, delivery: Delivery, remote_id: str, now: datetime) -> None:
    """An answer that was taken back is deleted in the log, too."""
    for entry in tx.log.entries(tip=delivery.tip):
        if entry.account == delivery.account and entry.remote_id == remote_id:
            blank = replace(
                entry,
                author=NOBODY,
                text="",
                html="",
                visibility=Visibility.PUBLIC,
                deleted_at=now,
            )
            tx.log.keep(blank, now)
