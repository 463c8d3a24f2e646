"""Stores entries of other people: every use case that reads entries gives them to this module.

Nothing is stored for people who opted out, and entries of blocked people are hidden. No use case
writes foreign entries to the log itself, so that these rules always hold.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from bot.app.discussion.erase import erase
from bot.core.discussion.people import Pseudonyms, asks_to_be_forgotten, plain_handle
from bot.core.model.entry import Author, Entry, EntryKind, OptOut, Standing, erased
from bot.core.ports.people_store import PersonRule
from bot.core.ports.unit_of_work import UnitOfWork
from bot.core.text.mentions import without_calls

log = structlog.get_logger()


def take_in(
    tx: UnitOfWork, entries: Iterable[Entry], now: datetime, *, pseudonyms: Pseudonyms, to_us: bool
) -> int:
    """Store what may be stored of these entries; returns how many are new or changed.

    `to_us` says that all of them address the bot, as notifications do. Otherwise, as below the
    bot's posts, an entry does if it answers, mentions or quotes the bot. Call this in the
    transaction that moves the cursor.
    """
    intake = _Intake(tx=tx, now=now, pseudonyms=pseudonyms, to_us=to_us)
    heard = list(entries)
    intake.look_up(heard)
    done = sum(intake.take(entry) for entry in heard) + intake.flush()
    if intake.refused:
        log.warning("over_entry_quota", entries=intake.refused)
    return done


def erase_author(
    tx: UnitOfWork, account: str, author: Author, pseudonyms: Sequence[str], now: datetime
) -> int:
    """Erase everything stored of a person, and store nothing from now on; returns how many entries.

    The best of their pseudonyms is stored: a handle can belong to somebody else next year.
    """
    for pseudonym in pseudonyms[:1]:
        tx.people.add_rule(account, pseudonym, PersonRule.NO_LOG, now)
    theirs = [one for one in tx.log.said_by(account, author) if one.is_legible]
    for entry in theirs:
        erase(tx, entry, now)
        for ours in tx.log.answers(account, entry.remote_id):
            tx.log.keep(replace(ours, text=_unnamed(ours.text, entry.author.handle)), now)
    log.info("person_forgotten", account=account, entries=len(theirs))
    return len(theirs)


def _unnamed(text: str, handle: str) -> str:
    """The bot's answer without the handle of the person whom it answers."""
    name = plain_handle(handle)
    if not name:
        return text
    called = re.compile(rf"@{re.escape(name)}(?!\.?[\w@-])[ \t]?", re.IGNORECASE)
    return called.sub("", text)


def is_to_the_bot(tx: UnitOfWork, entry: Entry) -> bool:
    """Whether an entry answers, mentions or quotes the bot."""
    if entry.kind is EntryKind.REPLY and entry.in_reply_to is not None:
        if tx.ledger.of_remote(entry.account, entry.in_reply_to) is not None:
            return True
        answered = tx.log.find(entry.account, entry.in_reply_to)
        return answered is not None and answered.ours
    return entry.kind is not EntryKind.COMMENT


@dataclass(kw_only=True, slots=True)
class _Intake:
    """One batch, with the rules for its authors."""

    tx: UnitOfWork
    now: datetime
    pseudonyms: Pseudonyms
    to_us: bool
    rules: dict[tuple[str, str], frozenset[PersonRule]] = field(default_factory=dict)
    pending: list[Entry] = field(default_factory=list)
    #: how many more entries of others may be kept; None: any number
    room: int | None = None
    #: how many were not kept since there was no room
    refused: int = 0

    def look_up(self, entries: Iterable[Entry]) -> None:
        """Look up the rules for all authors at once, and the room that is left."""
        if (most := self.tx.quotas().entries) is not None:
            self.room = most - self.tx.log.number_kept()
        asked: dict[str, set[str]] = {}
        for entry in entries:
            asked.setdefault(entry.account, set()).update(self._pseudonyms(entry))
        for account, pseudonyms in asked.items():
            for pseudonym, rules in self.tx.people.rules(account, pseudonyms).items():
                self.rules[account, pseudonym] = rules

    def take(self, entry: Entry) -> int:
        """Store one entry by the rules for its author; returns how many entries changed."""
        if entry.ours and not entry.is_on_site:
            return self._take_own(entry)
        pseudonyms = () if entry.ours else self._pseudonyms(entry)
        known = (self.rules.get((entry.account, one), ()) for one in pseudonyms)
        rules = {rule for some in known for rule in some}
        if PersonRule.NO_LOG in rules:
            return self._drop(entry)
        if pseudonyms and self._wants_nothing_kept(entry):
            return self._forget(entry, pseudonyms)
        if PersonRule.BLOCKED in rules:
            return self._keep(replace(entry, standing=Standing.HIDDEN))
        return self._keep(entry)

    def _take_own(self, entry: Entry) -> int:
        """A post of the operator by hand; the bot's own posts are in the log by their deliveries.

        An answer to an entry that was erased names nobody.
        """
        if self.tx.ledger.of_remote(entry.account, entry.remote_id) is not None:
            return 0
        answered = self._answered(entry)
        if answered is not None and not answered.is_legible and not answered.ours:
            entry = replace(entry, text=without_calls(entry.text).strip())
        return self._keep(entry)

    def _answered(self, entry: Entry) -> Entry | None:
        """The entry that it answers, from this batch or from the log."""
        if entry.in_reply_to is None:
            return None
        name = (entry.account, entry.in_reply_to)
        heard = (one for one in self.pending if (one.account, one.remote_id) == name)
        return next(heard, None) or self.tx.log.find(*name)

    def flush(self) -> int:
        """Store the collected entries; returns how many changed."""
        changed = self.tx.log.keep_all(self.pending, self.now)
        self.pending.clear()
        return changed

    def _keep(self, entry: Entry) -> int:
        """Collect it, to be stored together with others, if there is room."""
        if self._has_room(entry):
            self.pending.append(entry)
        else:
            self.refused += 1
        return 0

    def _has_room(self, entry: Entry) -> bool:
        """Whether it may be kept; what is known, and what the site has anyway, takes no room."""
        if self.room is None or entry.ours or entry.is_on_site or not entry.is_legible:
            return True
        if not self._is_new(entry):
            return True
        self.room -= 1
        return self.room >= 0

    def _is_new(self, entry: Entry) -> bool:
        name = (entry.account, entry.remote_id)
        is_pending = any((one.account, one.remote_id) == name for one in self.pending)
        return not is_pending and self.tx.log.find(*name) is None

    def _drop(self, entry: Entry) -> int:
        """Store only that it existed. The site has its words already, and erases them."""
        if not entry.is_on_site:
            return self._keep(erased(entry, self.now))
        count = self.flush()
        self.tx.log.keep(entry, self.now)  # so that the history tells of words that went
        erase(self.tx, entry, self.now)
        return count + 1

    def _forget(self, entry: Entry, pseudonyms: Sequence[str]) -> int:
        """Erase the author, including the entry that asks for it."""
        count = self.flush()
        count += erase_author(self.tx, entry.account, entry.author, pseudonyms, self.now)
        self.rules[entry.account, pseudonyms[0]] = frozenset({PersonRule.NO_LOG})
        return count + self._drop(entry)

    def _wants_nothing_kept(self, entry: Entry) -> bool:
        if OptOut.NO_LOG in entry.author.wishes:
            return True
        if entry.kind is EntryKind.RESPONSE:  # who writes there does not speak for the whole site
            return False
        asks = asks_to_be_forgotten(entry.text)
        return asks and (self.to_us or is_to_the_bot(self.tx, entry))

    def _pseudonyms(self, entry: Entry) -> tuple[str, ...]:
        return self.pseudonyms.of(entry.account, entry.author)
