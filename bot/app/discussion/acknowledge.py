"""Acknowledges replies with a favourite or a short answer: each once, and not too many."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.app.discussion.ingest import is_to_the_bot
from bot.app.discussion.reply import addressed, answer
from bot.app.notes import ACKNOWLEDGED_UP_TO, ACKNOWLEDGING_WAITS, NOT_ACKNOWLEDGING
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
from bot.core.discussion.people import Pseudonyms
from bot.core.errors import PlatformError, Refused, RetryLater, Unauthorised
from bot.core.model.config import Account, AcknowledgementStyle, Config
from bot.core.model.delivery import State
from bot.core.model.entry import Change, Entry
from bot.core.ports.platform import Clock, Favouriter
from bot.core.ports.unit_of_work import Store, UnitOfWork

log = structlog.get_logger()

AT_ONCE = 500
"""The most entries that are considered in one step."""

WAIT = timedelta(minutes=5)
"""How long to wait where a network cannot be reached and names no time."""

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
    """Acknowledges on one account at a time; `thanker` gives its port, or None without one."""

    store: Store
    clock: Clock
    pseudonyms: Pseudonyms
    capabilities_of: CapabilitiesOf
    thanker: Callable[[str], Favouriter | None]

    def begin(self, config: Config) -> None:
        """At a start, the secrets may be better: acknowledge again where they were rejected."""
        with self.store.writing() as tx:
            for account in config.accounts:
                NOT_ACKNOWLEDGING.write(tx, None, self.clock.now(), account.name)

    def step(self, config: Config, account: Account) -> int:
        """Acknowledge the entries since the last step; returns how many were tried."""
        if account.acknowledge is AcknowledgementStyle.NONE:
            return 0
        self._record_results(account)
        tried = 0
        while (entry := self._claim(config, account)) is not None:
            tried += 1
            if account.acknowledge is AcknowledgementStyle.FAVOURITE and not self._favour(
                account, entry
            ):
                break
        return tried

    def _claim(self, config: Config, account: Account) -> Entry | None:
        """Record the intent to acknowledge the next entry that deserves it."""
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
        """The pseudonym of the author to acknowledge, or None where this entry gets nothing."""
        if entry.account != account.name or not deserves_thanks(entry, now):
            return None
        in_words = account.acknowledge is AcknowledgementStyle.THANK
        pseudonyms = self.pseudonyms.of(account.name, entry.author)
        if (
            not pseudonyms
            or any(has_had_one(one, recent, now) for one in pseudonyms)
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
        """Record it before anything is sent. An answer in words is a delivery, as every post."""
        now = self.clock.now()
        tx.acknowledgements.begin(account.name, entry.id, who, now)
        if account.acknowledge is AcknowledgementStyle.THANK:
            traits = self.capabilities_of(account)
            words = addressed(thanks_for(entry), entry, mentions=traits.reply_mentions)
            slot = _slot(entry.id)
            tx.ledger.plan(answer(config, account, entry, slot, words, traits=traits, now=now))
            _tell_rest(tx, account, now)

    def _favour(self, account: Account, entry: Entry) -> bool:
        """Favourite an entry that was recorded; returns whether to go on with others."""
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
        """It was not sent: try again later, while the entry is fresh."""
        now = self.clock.now()
        with self.store.writing() as tx:
            tx.acknowledgements.withdraw(entry.id)
            _move_mark(tx, account, entry.id - 1, now)
            ACKNOWLEDGING_WAITS.begin(tx, account.name, now, error.after or WAIT)

    def _refused(self, account: Account, entry: Entry, error: PlatformError) -> bool:
        """Record a refusal; only rejected credentials stop the account from acknowledging."""
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

    def _record_results(self, account: Account) -> None:
        """Record the results of answers in words."""
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
    """The entries whose answers in words have a result, and the result."""
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
    """Why the account acknowledges nothing at the moment, or None."""
    if f"account:{account.name}" in tx.accounts.pauses(now):
        return "it is paused"
    if ACKNOWLEDGING_WAITS.end(tx, account.name, now, 2 * FRESH) is not None:
        return "its network asked to wait"
    recent = tx.acknowledgements.recent(account.name, MOST_A_DAY)
    return NOT_ACKNOWLEDGING.read(tx, account.name) or breaks_off(recent, now)


def _tell_rest(tx: UnitOfWork, account: Account, now: datetime) -> None:
    """Log it if this acknowledgement was the last for a while."""
    if why := breaks_off(tx.acknowledgements.recent(account.name, MOST_A_DAY), now):
        log.warning("acknowledging_rests", account=account.name, reason=why)


def _answers_thanks(tx: UnitOfWork, entry: Entry) -> bool:
    """Whether it answers an acknowledgement of ours: thanking for thanks would never end."""
    above = tx.ledger.of_remote(entry.account, entry.in_reply_to) if entry.in_reply_to else None
    return above is not None and above.slot.startswith(_SLOT)


def _slot(entry_id: int) -> str:
    return f"{_SLOT}{entry_id}"


def _mark(tx: UnitOfWork, account: Account) -> int:
    """The number of the last entry that was considered."""
    return ACKNOWLEDGED_UP_TO.read(tx, account.name) or 0


def _move_mark(tx: UnitOfWork, account: Account, entry_id: int, now: datetime) -> None:
    ACKNOWLEDGED_UP_TO.write(tx, entry_id, now, account.name)
