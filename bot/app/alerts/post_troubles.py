"""Troubles of posts: nobody knows whether one arrived, or a network refused it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from bot.core.alerts.trouble import LONGEST_REASON, Trouble, TroubleKind
from bot.core.model.delivery import Delivery, State
from bot.core.ports.unit_of_work import UnitOfWork
from bot.core.posting.transitions import needs_person
from bot.core.text.sanitize import one_line

RECENT = timedelta(days=7)
"""How long ago a refused post may have been due."""
MOST = 100
"""How many posts of each kind are looked at, the newest first."""

Command = Callable[[str], str]
"""A command of this bot in full, by its words after `tipsbot`."""


def post_troubles(tx: UnitOfWork, command: Command, now: datetime) -> Iterator[Trouble]:
    """The posts about which a person has to decide, and those that were refused lately."""
    for one in tx.ledger.recent(MOST, {State.UNSURE}):
        if needs_person(one, now):
            reason = one.reason or "nobody knows whether it arrived"
            todo = f"look there, then: {command(f'resolve {one.id}')}"
            yield _trouble(TroubleKind.UNSURE_POST, one, reason, todo)
    for one in tx.ledger.recent(MOST, {State.REFUSED}):
        if one.due > now - RECENT and not is_acknowledgement(one):
            todo = f"see {command(f'resolve {one.id}')}, and change the tip or the account"
            yield _trouble(TroubleKind.REFUSED_POST, one, one.reason or "no reason", todo)


def is_acknowledgement(one: Delivery) -> bool:
    """Whether the bot itself answered somebody, which needs nobody where it is refused."""
    return one.post.in_reply_to is not None and not one.by_hand


def _trouble(kind: TroubleKind, one: Delivery, reason: str, todo: str) -> Trouble:
    title = one_line(one.post.title, 80)
    return Trouble(
        kind=kind,
        name=f"delivery {one.id} on {one.account}",
        what=f"{title}: {one_line(reason, LONGEST_REASON)}"
        if title
        else one_line(reason, LONGEST_REASON),
        todo=todo,
        account=one.account,
    )
