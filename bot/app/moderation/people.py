"""Blocks people, unblocks them, and erases all that is stored of them.

The operator names a person by the handle that the log shows, or by the number of one of their
entries; authors of comments and responses have no handle. A rule holds on one account.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.app.accounts.lookup import known_account
from bot.app.discussion.erase import legible
from bot.app.discussion.ingest import erase_author
from bot.core.discussion.people import Pseudonyms, plain_handle
from bot.core.errors import UsageError
from bot.core.model.config import Config
from bot.core.model.entry import Author, Entry, Standing
from bot.core.ports.people_store import Person, PersonRule
from bot.core.ports.unit_of_work import UnitOfWork
from bot.core.text.sanitize import is_number

_NAMED = "`tipsbot log` shows people's handles"


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """The result: who was meant, on which account, and how many entries changed."""

    label: str
    account: str
    entries: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Whom:
    """Who is meant, and on which account; several authors where some shared a handle."""

    label: str
    account: str
    authors: Sequence[Author]


def block(
    tx: UnitOfWork,
    pseudonyms: Pseudonyms,
    config: Config,
    named: str,
    on: str | None,
    now: datetime,
) -> Done:
    """Hide a person's entries, old and new.

    Raises UsageError for somebody unknown, and for a handle that is known on several accounts.
    """
    whom = _whom(tx, pseudonyms, config, named, on)
    count = 0
    for author in whom.authors:
        for pseudonym in pseudonyms.of(whom.account, author)[:1]:
            tx.people.add_rule(whom.account, pseudonym, PersonRule.BLOCKED, now, whom.label)
        seen = [one for one in _said(tx, whom, author) if not _is_hidden(one)]
        count += sum(bool(tx.log.set_standing(one.id, Standing.HIDDEN, now)) for one in seen)
    return Done(label=whom.label, account=whom.account, entries=count)


def unblock(
    tx: UnitOfWork, pseudonyms: Pseudonyms, named: str, on: str | None, now: datetime
) -> Done:
    """Show a person's entries again. Raises UsageError for somebody who is not blocked.

    A comment that the site holds waits for the operator's decision again.
    """
    whom, blocked = _blocked(tx, pseudonyms, named, on)
    for one in blocked:
        tx.people.remove_rule(one.account, one.who, PersonRule.BLOCKED)
    count = 0
    for author in whom.authors:
        for entry in [one for one in _said(tx, whom, author) if _is_hidden(one)]:
            standing = _unhidden(tx, entry)
            tx.log.set_standing(entry.id, standing, now)
            count += standing is Standing.SHOWN
    return Done(label=whom.label, account=whom.account, entries=count)


def erase_person(
    tx: UnitOfWork,
    pseudonyms: Pseudonyms,
    config: Config,
    named: str,
    on: str | None,
    now: datetime,
) -> Done:
    """Erase all that is stored of a person, and store nothing from now on. Raises as `block`."""
    whom = _whom(tx, pseudonyms, config, named, on)
    count = 0
    for author in whom.authors:
        known = pseudonyms.of(whom.account, author)
        for pseudonym in known:
            tx.people.remove_rule(whom.account, pseudonym, PersonRule.BLOCKED)
        count += erase_author(tx, whom.account, author, known, now)
    return Done(label=whom.label, account=whom.account, entries=count)


def has_opted_out(tx: UnitOfWork, pseudonyms: Pseudonyms, account: str, author: Author) -> bool:
    """Whether nothing of this person may be stored."""
    rules = tx.people.rules(account, pseudonyms.of(account, author))
    return any(PersonRule.NO_LOG in some for some in rules.values())


def _whom(
    tx: UnitOfWork, pseudonyms: Pseudonyms, config: Config, named: str, on: str | None
) -> _Whom:
    """Who is meant. Somebody without entries can be named together with an account."""
    if is_number(named):
        return _author_of(pseudonyms, legible(tx, int(named)), on)
    if not plain_handle(named):
        raise UsageError(f"{named!r} is no handle", _NAMED)
    account = _only_one({one.account for one in tx.log.called(named)}, on)
    if account is not None:
        authors = list(_authors(tx, account, named))
        return _Whom(label=_label(named), account=account, authors=authors)
    if on is None:
        todo = f"{_NAMED}; add --on ACCOUNT for somebody who was not heard yet"
        raise UsageError(f"nobody in the log is called {_label(named)}", todo)
    author = Author(name="", handle=_label(named))
    return _Whom(label=_label(named), account=known_account(config, on).name, authors=[author])


def _author_of(pseudonyms: Pseudonyms, entry: Entry, on: str | None) -> _Whom:
    """Who said an entry."""
    if on not in {None, entry.account}:
        raise UsageError(f"entry {entry.id} is on {entry.account}", "leave out --on")
    if entry.ours:
        raise UsageError(f"entry {entry.id} is the bot's own", "`tipsbot hide` hides it")
    if not pseudonyms.of(entry.account, entry.author):
        raise UsageError(f"nothing tells who wrote entry {entry.id}", "`tipsbot hide` hides it")
    label = _label(entry.author.handle) if entry.author.handle else _nameless(entry.id)
    return _Whom(label=label, account=entry.account, authors=[entry.author])


def _blocked(
    tx: UnitOfWork, pseudonyms: Pseudonyms, named: str, on: str | None
) -> tuple[_Whom, Sequence[Person]]:
    """A blocked person, and their rules. An entry's number still names whom it was used for."""
    entry = tx.log.get(int(named)) if is_number(named) else None
    label = _nameless(int(named)) if is_number(named) else _label(named)
    known = pseudonyms.of(entry.account, entry.author) if entry else ()
    found = [
        one
        for one in tx.people.blocked()
        if plain_handle(one.label) == plain_handle(label) or one.who in known
    ]
    account = _only_one({one.account for one in found}, on)
    if account is None:
        if entry is None and is_number(named):
            legible(tx, int(named))
        raise UsageError(f"{label} is not blocked{f' on {on}' if on else ''}", _NAMED)
    authors = [entry.author] if entry else list(_authors(tx, account, named))
    whom = _Whom(label=label, account=account, authors=authors)
    return whom, [one for one in found if one.account == account]


def _said(tx: UnitOfWork, whom: _Whom, author: Author) -> Iterator[Entry]:
    """What an author said that has its words."""
    return (one for one in tx.log.said_by(whom.account, author) if one.is_legible)


def _is_hidden(entry: Entry) -> bool:
    return entry.standing is Standing.HIDDEN


def _unhidden(tx: UnitOfWork, entry: Entry) -> Standing:
    """How an entry stands whose author is blocked no more."""
    comment = tx.pages.comment(entry.remote_id) if entry.is_on_site else None
    return Standing.HELD if comment is not None and comment.held else Standing.SHOWN


def _only_one(accounts: set[str], on: str | None) -> str | None:
    """The account that is meant, or None where there is none."""
    if on is not None:
        return on if on in accounts else None
    if len(accounts) > 1:
        names = " and ".join(sorted(accounts))
        raise UsageError(f"there is one on {names}", "say which with --on ACCOUNT")
    return next(iter(accounts), None)


def _authors(tx: UnitOfWork, account: str, handle: str) -> Iterator[Author]:
    """Everybody who had this handle on the account, each once."""
    seen = set()
    for entry in tx.log.called(handle):
        if entry.account == account and entry.author.key not in seen:
            seen.add(entry.author.key)
            yield entry.author


def _label(handle: str) -> str:
    return f"@{handle.strip().lstrip('@')}"


def _nameless(entry_id: int) -> str:
    """What somebody is called who has no handle."""
    return f"the author of entry {entry_id}"
