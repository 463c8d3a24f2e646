"""Answering an entry of the discussion as the bot, where it was said."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

from bot.app.accounts.lookup import known_account
from bot.app.posting.draft import CapabilitiesOf, post_key
from bot.core.errors import UsageError
from bot.core.model.capabilities import Capabilities
from bot.core.model.config import Account, Config
from bot.core.model.delivery import Delivery, Post, State
from bot.core.model.entry import Entry
from bot.core.ports.unit_of_work import UnitOfWork
from bot.core.text.counting.measure import byte_length, native_length
from bot.core.text.mentions import mentions as is_mentioned

A_DAY = timedelta(days=1)
_CAME_TO_NOTHING = frozenset({State.REFUSED, State.MISSED, State.ABANDONED})


def reply(
    tx: UnitOfWork,
    capabilities_of: CapabilitiesOf,
    config: Config,
    entry_id: int,
    text: str,
    now: datetime,
) -> Delivery:
    """Plan an answer to an entry. The same words to the same entry are said once only.

    Raises UsageError for an unknown entry, and for words that are empty, too long or said.
    """
    entry = tx.log.get(entry_id)
    if entry is None or not entry.is_legible:
        raise UsageError(f"there is no entry {entry_id}", "`tipsbot log` shows their numbers")
    account = known_account(config, entry.account)
    traits = capabilities_of(account)
    words = _words(text, entry, account, traits)
    slot = _free_slot(tx, entry, words)
    planned = tx.ledger.plan(answer(config, account, entry, slot, words, traits=traits, now=now))
    if planned is None:
        (known,) = tx.ledger.of_slot(slot)
        raise UsageError(f"this answer exists already ({known.state.value})")
    return planned


def answer(
    config: Config,
    account: Account,
    entry: Entry,
    slot: str,
    words: str,
    *,
    traits: Capabilities,
    now: datetime,
) -> Delivery:
    """The delivery of an answer in these words, to be planned."""
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
            warning=_warning(entry, traits),
        ),
        state=State.PLANNED,
        due=now,
        deadline=now + A_DAY,
        not_before=now,
        by_hand=True,
    )


def _words(text: str, entry: Entry, account: Account, traits: Capabilities) -> str:
    """The answer as it is sent: with the name of whom it answers, where the network needs it."""
    if not text.strip():
        raise UsageError("the answer is empty")
    words = addressed(text.strip(), entry, mentions=traits.reply_mentions)
    length = native_length(f"{_warning(entry, traits)}{words}", traits.text)
    if length > traits.text.limit:
        raise UsageError(
            f"the answer is {length} long and {account.name} takes {traits.text.limit}",
            "shorten it",
        )
    most = traits.text.max_bytes
    if most is not None and byte_length(words) > most:
        raise UsageError(
            f"the answer has {byte_length(words)} bytes and {account.name} takes {most}",
            "shorten it",
        )
    return words


def addressed(text: str, entry: Entry, *, mentions: bool) -> str:
    """The text with the name of whom it answers, where the network needs it."""
    handle = f"@{entry.author.handle.lstrip('@')}"
    if not mentions or handle == "@" or is_mentioned(text, handle):
        return text
    return f"{handle} {text}"


def _free_slot(tx: UnitOfWork, entry: Entry, words: str) -> str:
    """The slot of these words to this entry: a new one after each try that came to nothing."""
    for slot in _slots(entry, words):
        known = tx.ledger.of_slot(slot)
        if not known or known[0].state not in _CAME_TO_NOTHING:
            return slot
    raise AssertionError("the slots have no end")


def _slots(entry: Entry, words: str) -> Iterator[str]:
    digest = hashlib.sha256(words.encode()).hexdigest()[:12]
    yield f"reply/{entry.id}-{digest}"
    for number in count(2):
        yield f"reply/{entry.id}-{digest}-{number}"


def _warning(entry: Entry, traits: Capabilities) -> str:
    """The content warning that an answer takes over, where its network does so by habit."""
    return (entry.warning or "") if traits.reply_warning else ""
