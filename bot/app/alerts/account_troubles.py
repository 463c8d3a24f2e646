"""Troubles of accounts: refused credentials, a server out of reach, a budget about to end."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.app.discussion.listen import LISTENING_MAY_FAIL, listening_fails_since
from bot.app.posting.holds import posting_limited
from bot.core.alerts.trouble import LONGEST_REASON, KnownTrouble, Proof, Trouble, TroubleKind
from bot.core.discussion.backoff import left_of_month
from bot.core.model.capabilities import Capabilities
from bot.core.model.config import Account, LinkRule
from bot.core.model.delivery import Delivery, State
from bot.core.ports.account_store import AccountRecord, Pause
from bot.core.ports.unit_of_work import UnitOfWork
from bot.core.text.sanitize import one_line

POSTING_MAY_FAIL = LISTENING_MAY_FAIL
"""How long posts may wait for a server."""
RECENT = timedelta(days=7)
NEWEST = 20
"""How many of an account's newest deliveries are looked at."""
NEARLY = Decimal("0.9")
"""From this part on a budget is about to end."""
EARLY = 0.2
"""A budget for reading ends early where more than this part of the month is left."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountView:
    """One account as it is now."""

    account: Account
    record: AccountRecord
    pause: Pause | None
    #: its newest deliveries, the newest first
    newest: Sequence[Delivery]
    #: since when its replies cannot be read
    deaf_since: datetime | None
    #: whether its network takes no posts for now, as it has said
    is_limited: bool
    #: this month, in US dollars
    spent: Decimal
    listened: Decimal

    @property
    def name(self) -> str:
        """The account's name."""
        return self.account.name

    @property
    def is_refused(self) -> bool:
        """Whether its credentials were refused a short while ago."""
        return self.pause is not None and not self.pause.by_operator


def account_view(
    tx: UnitOfWork, account: Account, pauses: Mapping[str, Pause], now: datetime
) -> AccountView:
    """What is known of an account."""
    return AccountView(
        account=account,
        record=tx.accounts.get(account.name),
        pause=pauses.get(f"account:{account.name}"),
        newest=tx.ledger.recent(NEWEST, None, account.name),
        deaf_since=listening_fails_since(tx, account.name),
        is_limited=posting_limited(tx, account, now) is not None,
        spent=tx.accounts.spent(account.name, now),
        listened=tx.accounts.listened(account.name, now),
    )


def account_troubles(
    one: AccountView,
    traits: Capabilities,
    known: Mapping[str, KnownTrouble],
    now: datetime,
    zone: ZoneInfo,
) -> Iterator[Trouble]:
    """What is wrong with an account; `known` are the troubles by identity.

    A trouble that is known stays until there is proof of its end: refused credentials are not
    tried again before something is to be sent, and that may be tomorrow.
    """
    found = [
        trouble for trouble in (_refused(one), _unreachable(one, now, zone)) if trouble is not None
    ]
    if one.pause is None or not one.pause.by_operator:
        found += _unproven(one, known, {trouble.identity for trouble in found})
    if any(trouble.kind is TroubleKind.CREDENTIALS for trouble in found):
        found = [trouble for trouble in found if trouble.kind is TroubleKind.CREDENTIALS]
    yield from found
    yield from _budgets(one, traits, now)


def _refused(one: AccountView) -> Trouble | None:
    if one.pause is None or not one.is_refused:
        return None
    is_deaf = one.record.trouble is not None
    return Trouble(
        kind=TroubleKind.CREDENTIALS,
        name=one.name,
        what=one_line(one.pause.reason, LONGEST_REASON),
        todo="nothing is posted there until they are accepted; then restart the bot",
        account=one.name,
        proof=Proof.HEARING if is_deaf else Proof.POST,
    )


def _unreachable(one: AccountView, now: datetime, zone: ZoneInfo) -> Trouble | None:
    """That replies cannot be read, or posts cannot be sent, for longer than an hour."""
    since, reason, proof = one.deaf_since, one.record.trouble, Proof.HEARING
    what = "replies cannot be read"
    if since is None or now - since < LISTENING_MAY_FAIL:
        failing = None if one.pause or one.is_limited else _failing(one.newest, now)
        if failing is None or now - failing.due < POSTING_MAY_FAIL:
            return None
        since, reason, proof = failing.due, failing.reason, Proof.POST
        what = "posts cannot be sent"
    when = f"{since.astimezone(zone):%a %d %b %H:%M %Z}"
    return Trouble(
        kind=TroubleKind.UNREACHABLE,
        name=one.name,
        what=f"{what} since {when}: {one_line(reason or 'no answer', LONGEST_REASON)}",
        todo="it is tried on and on; look whether the server is up",
        account=one.name,
        proof=proof,
    )


def _failing(newest: Sequence[Delivery], now: datetime) -> Delivery | None:
    """The oldest delivery that was tried in vain, and after which none was posted."""
    oldest = None
    for one in newest:
        if one.state not in {State.PLANNED, State.MISSED}:
            break
        if one.attempt > 0 and now - one.due < RECENT:
            oldest = one
    return oldest


def _unproven(
    one: AccountView, known: Mapping[str, KnownTrouble], found: set[str]
) -> Iterator[Trouble]:
    """Known troubles of the account that nothing shows just now, and whose end is not proven."""
    for identity, before in known.items():
        trouble = before.trouble
        if trouble.account != one.name or trouble.proof is None or identity in found:
            continue
        if before.gone_at is None and not _is_proven(one, trouble.proof, before.since):
            yield trouble


def _is_proven(one: AccountView, proof: Proof, since: datetime) -> bool:
    posts = (delivery.receipt for delivery in one.newest if delivery.receipt is not None)
    if any(receipt.at > since for receipt in posts):
        return True
    heard = one.record.heard_at
    is_hearing = one.record.trouble is None and heard is not None and heard > since
    return proof is Proof.HEARING and is_hearing


def _budgets(one: AccountView, traits: Capabilities, now: datetime) -> Iterator[Trouble]:
    """Budgets that are about to end where the account costs money.

    That of reading is stretched over the month, so that it is only told where it ends early.
    """
    if traits.prices is None:
        return
    cap = one.account.monthly_budget
    if cap is not None:
        price = traits.price(has_link=one.account.link is LinkRule.ALWAYS)
        if one.spent >= cap * NEARLY or one.spent + price > cap:
            what = f"${one.spent:.2f} of this month's ${cap:.2f} are spent"
            todo = "raise monthly_budget, or nothing is posted until next month"
            yield _budget(one, f"all of {one.name}", what, todo)
    cap = one.account.listening_budget
    if cap is not None and one.listened >= cap * NEARLY and left_of_month(now) > EARLY:
        what = f"${one.listened:.2f} of this month's ${cap:.2f} for reading are spent"
        todo = "raise listening_budget, or replies are read late until next month"
        yield _budget(one, f"reading on {one.name}", what, todo)


def _budget(one: AccountView, name: str, what: str, todo: str) -> Trouble:
    return Trouble(kind=TroubleKind.BUDGET, name=name, what=what, todo=todo, account=one.name)
