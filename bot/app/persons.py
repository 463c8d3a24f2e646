"""People: blocking them, letting them back, forgetting them, by the handle that the log shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.app.known import known_account
from bot.app.taking import forget_person
from bot.core.config import Config
from bot.core.discussion import Author, Entry, Standing
from bot.core.errors import UsageError
from bot.core.masks import Masks, plain_handle
from bot.core.memory import PersonRule, Store, Tx

_NAMED = "`tipsbot log` shows people's handles"


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What was done: to whom, on which account, and how many entries that changed."""

    label: str
    account: str
    entries: int


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    """The operator's word on people. What holds for a person holds on one account."""

    store: Store
    masks: Masks

    def block(self, config: Config, handle: str, on: str | None, now: datetime) -> Done:
        """Hide what a person said, and what they say from now on.

        Raises UsageError for somebody unknown, and for a handle that is known on several accounts.
        """
        with self.store.writing() as tx:
            account, authors = _find(tx, config, handle, on)
            count = 0
            for author in authors:
                for mask in self.masks.of(account, author)[:1]:
                    tx.persons.lay_down(account, mask, PersonRule.BLOCKED, now, _label(handle))
                hidden = _in(tx.log.said_by(account, author), Standing.SHOWN)
                count += sum(bool(tx.log.stand(one.id, Standing.HIDDEN, now)) for one in hidden)
        return Done(label=_label(handle), account=account, entries=count)

    def unblock(self, handle: str, on: str | None, now: datetime) -> Done:
        """Show a person's entries again. Raises UsageError for somebody who is not blocked."""
        name = plain_handle(handle)
        with self.store.writing() as tx:
            blocked = [one for one in tx.persons.blocked() if plain_handle(one.label) == name]
            account = _only_one({one.account for one in blocked}, on)
            if account is None:
                raise UsageError(f"{_label(handle)} is not blocked{_on(on)}", _NAMED)
            for one in blocked:
                if one.account == account:
                    tx.persons.lift(account, one.who, PersonRule.BLOCKED)
            hidden = [
                one
                for author in _authors(tx, account, handle)
                for one in _in(tx.log.said_by(account, author), Standing.HIDDEN)
            ]
            for entry in hidden:
                tx.log.stand(entry.id, Standing.SHOWN, now)
        return Done(label=_label(handle), account=account, entries=len(hidden))

    def forget(self, config: Config, handle: str, on: str | None, now: datetime) -> Done:
        """Erase all that is kept of a person, and keep nothing from now on. Raises as `block`."""
        with self.store.writing() as tx:
            account, authors = _find(tx, config, handle, on)
            count = 0
            for author in authors:
                masks = self.masks.of(account, author)
                for mask in masks:
                    tx.persons.lift(account, mask, PersonRule.BLOCKED)
                count += forget_person(tx, account, author, masks, now)
        return Done(label=_label(handle), account=account, entries=count)


def _find(tx: Tx, config: Config, handle: str, on: str | None) -> tuple[str, list[Author]]:
    """The account and the authors there that a handle stands for.

    Who was never heard can be named all the same, where the operator says on which account.
    """
    if not plain_handle(handle):
        raise UsageError(f"{handle!r} is no handle", _NAMED)
    account = _only_one({one.account for one in tx.log.called(handle)}, on)
    if account is not None:
        return account, list(_authors(tx, account, handle))
    if on is None:
        todo = f"{_NAMED}; add --on ACCOUNT for somebody who was not heard yet"
        raise UsageError(f"nobody in the log is called {_label(handle)}", todo)
    named = known_account(config, on)
    return named.name, [Author(name="", handle=_label(handle))]


def _only_one(accounts: set[str], on: str | None) -> str | None:
    """The account that is meant, or None where there is none."""
    if on is not None:
        return on if on in accounts else None
    if len(accounts) > 1:
        names = " and ".join(sorted(accounts))
        raise UsageError(f"there is one on {names}", "say which with --on ACCOUNT")
    return next(iter(accounts), None)


def _authors(tx: Tx, account: str, handle: str) -> Iterator[Author]:
    """Everybody who had this handle on the account, each once."""
    seen = set()
    for entry in tx.log.called(handle):
        if entry.account == account and entry.author.key not in seen:
            seen.add(entry.author.key)
            yield entry.author


def _in(entries: Iterable[Entry], standing: Standing) -> list[Entry]:
    return [one for one in entries if one.is_legible and one.standing is standing]


def _label(handle: str) -> str:
    return f"@{handle.strip().lstrip('@')}"


def _on(account: str | None) -> str:
    return f" on {account}" if account else ""
