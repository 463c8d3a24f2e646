"""Acknowledging: a sign to whoever speaks to the bot that it was heard; once, never a nuisance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.app.discussion.ingest import is_to_the_bot
from bot.app.discussion.reply import addressed, answer
from bot.app.notes import ACKNOWLEDGED_UP_TO, ACKNOWLEDGING_WAITS_UNTIL, NOT_ACKNOWLEDGING
from bot.app.posting.draft import CapabilitiesOf
from bot.core.discussion.acknowledgement_policy import (
    FRESH,
    MOST_A_DAY,
    Acknowledgement,
    AcknowledgementState,
    breaks_off,
    deserves_thanks,
    has_had_one,
    is_only_thanks,
    thanks_for,
)
from bot.core.discussion.pseudonyms import Pseudonyms
from bot.core.errors import PlatformError, Refused, RetryLater, Unauthorised
from bot.core.model.config import Account, AcknowledgementStyle, Config
from bot.core.model.delivery import State
from bot.core.model.entry import Change, Entry
from bot.core.ports.platform import Clock, Favouriter
from bot.core.ports.unit_of_work import Store, UnitOfWork

log = structlog.get_logger()

AT_ONCE = 500
"""So many entries are looked at in one step."""

WAIT = timedelta(minutes=5)
"""How long to hold back where a network cannot be reached and names no time."""

_SLOT = "thanks/"
_OUTCOMES = {
    State.POSTED: AcknowledgementState.GIVEN,
    State.RETRACTED: AcknowledgementState.GIVEN,
    State.REFUSED: AcknowledgementState.REFUSED,
    State.MISSED: AcknowledgementState.FAILED,
    State.ABANDONED: AcknowledgementState.FAILED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Acknowledger:
    """Acknowledges on one account at a time; `thanker` gives its door, or None without one."""

    store: Store
    clock: Clock
    pseudonyms: Pseudonyms
    capabilities_of: CapabilitiesOf
    thanker: Callable[[str], Favouriter | None]

    def begin(self, config: Config) -> None:
        """A bot that was started again may have better secrets: try again what was given up."""
        with self.store.writing() as tx:
            for account in config.accounts:
                NOT_ACKNOWLEDGING.write(tx, None, self.clock.now(), account.name)

    def step(self, config: Config, account: Account) -> int:
        """Acknowledge what was said since last time; returns how many it tried."""
        if account.acknowledge is AcknowledgementStyle.NONE:
            return 0
        self._learn_what_became(account)
        tried = 0
        while (entry := self._claim(config, account)) is not None:
            tried += 1
            if account.acknowledge is AcknowledgementStyle.FAVOURITE and not self._favour(
                account, entry
            ):
                break
        return tried

    def _claim(self, config: Config, account: Account) -> Entry | None:
        """Write down the intent to acknowledge the next entry that deserves it."""
        now = self.clock.now()
        with self.store.reading() as tx:
            is_done = tx.log.last_id() <= _mark(tx, account)
            if is_done or _why_not_now(tx, account, now) is not None:
                return None
        with self.store.writing() as tx:
            last = tx.log.last_id()
            fresh = tx.log.entries(since=now - FRESH, after=_mark(tx, account), limit=AT_ONCE)
            recent = tx.acknowledgements.recent(account.name, MOST_A_DAY)
            for entry in fresh:
                if who := self._whom(tx, account, entry, recent, now):
                    self._intend(tx, config, account, entry, who)
                    _move_mark(tx, account, entry.id, now)
                    return entry
            _move_mark(tx, account, fresh[-1].id if len(fresh) == AT_ONCE else last, now)
        return None

    def _whom(
        self,
        tx: UnitOfWork,
        account: Account,
        entry: Entry,
        recent: Sequence[Acknowledgement],
        now: datetime,
    ) -> str | None:
        """The mask of whom to acknowledge for this entry, or None where that is out of place."""
        if entry.account != account.name or not deserves_thanks(entry, now):
            return None
        in_words = account.acknowledge is AcknowledgementStyle.THANK
        pseudonyms = self.pseudonyms.of(account.name, entry.author)
        if (
            not pseudonyms
            or any(has_had_one(mask, recent, now) for mask in pseudonyms)
            or (in_words and is_only_thanks(entry.text))
            or tx.people.rules(account.name, pseudonyms)
            or not is_to_the_bot(tx, entry)
            or _answers_thanks(tx, entry)
        ):
            return None
        return pseudonyms[0]

    def _intend(
        self, tx: UnitOfWork, config: Config, account: Account, entry: Entry, who: str
    ) -> None:
        """Before anything is sent. Words go the way of every post, through the ledger."""
        now = self.clock.now()
        tx.acknowledgements.begin(account.name, entry.id, who, now)
        if account.acknowledge is AcknowledgementStyle.THANK:
            traits = self.capabilities_of(account)
            words = addressed(thanks_for(entry), entry, mentions=traits.reply_mentions)
            slot = _slot(entry.id)
            tx.ledger.plan(answer(config, account, entry, slot, words, traits=traits, now=now))
            _tell_rest(tx, account, now)

    def _favour(self, account: Account, entry: Entry) -> bool:
        """Favour an entry that was written down; whether to go on with others."""
        thanker = self.thanker(account.name)
        try:
            if thanker is None:
                raise Refused("this account has no favourites")
            thanker.favourite(entry.remote_id)
        except RetryLater as error:
            self._wait(account, entry, error)
            return False
        except PlatformError as error:
            return self._refused(account, entry, error)
        with self.store.writing() as tx:
            _given(tx, account, entry.id, self.clock.now())
        return True

    def _wait(self, account: Account, entry: Entry, error: RetryLater) -> None:
        """It was not done: try it again later, as long as it is fresh."""
        now = self.clock.now()
        with self.store.writing() as tx:
            tx.acknowledgements.withdraw(entry.id)
            _move_mark(tx, account, entry.id - 1, now)
            until = now + (error.after or WAIT)
            ACKNOWLEDGING_WAITS_UNTIL.write(tx, until, now, account.name)

    def _refused(self, account: Account, entry: Entry, error: PlatformError) -> bool:
        """A refusal is no trouble, unless it is the token that is not allowed to."""
        now = self.clock.now()
        is_no = isinstance(error, Refused | Unauthorised)
        with self.store.writing() as tx:
            tx.acknowledgements.end(
                entry.id, AcknowledgementState.REFUSED if is_no else AcknowledgementState.FAILED
            )
            if isinstance(error, Unauthorised):
                NOT_ACKNOWLEDGING.write(tx, str(error), now, account.name)
            else:
                _tell_rest(tx, account, now)
        if isinstance(error, Unauthorised):
            log.warning("cannot_acknowledge", account=account.name, reason=str(error))
            return False
        log.info("not_acknowledged", account=account.name, entry=entry.id, reason=str(error))
        return True

    def _learn_what_became(self, account: Account) -> None:
        """What became of the words that were sent."""
        with self.store.reading() as tx:
            if not _ended(tx, account):
                return
        now = self.clock.now()
        with self.store.writing() as tx:
            for entry_id, state in _ended(tx, account):
                if state is AcknowledgementState.GIVEN:
                    _given(tx, account, entry_id, now)
                else:
                    tx.acknowledgements.end(entry_id, state)
            _tell_rest(tx, account, now)


def _ended(tx: UnitOfWork, account: Account) -> list[tuple[int, AcknowledgementState]]:
    """The entries whose thanks in words have come to an end, and to which."""
    sent = [
        one.entry
        for one in tx.acknowledgements.recent(account.name, MOST_A_DAY)
        if one.state is AcknowledgementState.SENT
    ]
    return [
        (entry_id, _OUTCOMES[delivery.state])
        for entry_id in sent
        for delivery in tx.ledger.of_slot(_slot(entry_id))
        if delivery.state in _OUTCOMES
    ]


def _given(tx: UnitOfWork, account: Account, entry_id: int, now: datetime) -> None:
    tx.acknowledgements.end(entry_id, AcknowledgementState.GIVEN)
    if (entry := tx.log.get(entry_id)) is not None:
        tx.log.note(entry, Change.ACKNOWLEDGED, now)
    log.info("acknowledged", account=account.name, entry=entry_id)
    _tell_rest(tx, account, now)


def _why_not_now(tx: UnitOfWork, account: Account, now: datetime) -> str | None:
    """What keeps an account from acknowledging anything at the moment."""
    if f"account:{account.name}" in tx.accounts.pauses(now):
        return "it is paused"
    until = ACKNOWLEDGING_WAITS_UNTIL.read(tx, account.name)
    if until is not None and now < until <= now + 2 * FRESH:
        return "its network asked for patience"
    recent = tx.acknowledgements.recent(account.name, MOST_A_DAY)
    return NOT_ACKNOWLEDGING.read(tx, account.name) or breaks_off(recent, now)


def _tell_rest(tx: UnitOfWork, account: Account, now: datetime) -> None:
    """Say so when this acknowledgement was the last for a while."""
    if why := breaks_off(tx.acknowledgements.recent(account.name, MOST_A_DAY), now):
        log.warning("acknowledging_rests", account=account.name, reason=why)


def _answers_thanks(tx: UnitOfWork, entry: Entry) -> bool:
    """Whether it answers an acknowledgement of ours: thanks for thanks would have no end."""
    above = tx.ledger.of_remote(entry.account, entry.in_reply_to) if entry.in_reply_to else None
    return above is not None and above.slot.startswith(_SLOT)


def _slot(entry_id: int) -> str:
    return f"{_SLOT}{entry_id}"


def _mark(tx: UnitOfWork, account: Account) -> int:
    """The number of the last entry that was looked at."""
    return ACKNOWLEDGED_UP_TO.read(tx, account.name) or 0


def _move_mark(tx: UnitOfWork, account: Account, entry_id: int, now: datetime) -> None:
    ACKNOWLEDGED_UP_TO.write(tx, entry_id, now, account.name)
