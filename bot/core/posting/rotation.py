"""Which tip comes next: the one whose turn is longest ago.

No chance is involved, so that the same history always gives the same pick. For tips of equal
weight this is a strict rota: no tip returns before every eligible one has had its turn, whatever
was edited, filtered or restarted meanwhile. A tip of weight 3 waits a third as long as one of 1.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.core.model.config import Library, Tip
from bot.core.model.schedule import Schedule, Slot


@dataclass(frozen=True, kw_only=True, slots=True)
class Pick:
    """The chosen tip, and why it was chosen."""

    tip: Tip
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Nothing:
    """No tip is eligible, and why not."""

    why: str


def pick(
    library: Library,
    turns: Sequence[str],
    slot: Slot,
    schedule: Schedule,
    accounts: Iterable[str],
    without: frozenset[str] = frozenset(),
) -> Pick | Nothing:
    """The tip for a slot.

    `turns` are the ids of the tips that had their turn, oldest first, over the bot's whole
    history; `accounts` those that the bot has now; `without` ids that were tried for this very
    slot and fit on no account.
    """
    reachable = [account for account in accounts if schedule.goes_to(account)]
    eligible = [
        tip
        for tip in library
        if tip.id not in without and tip.is_current(slot.due) and suits(tip, schedule, reachable)
    ]
    if not eligible:
        return Nothing(why=_why_nothing(library, schedule, without))
    waits = _waits({tip.id for tip in eligible}, turns)
    fresh = [tip for tip in eligible if tip.id not in waits]
    if fresh:
        return Pick(tip=fresh[0], why=f"never posted, the first such of {len(eligible)} eligible")
    chosen = max(eligible, key=lambda tip: waits[tip.id] * tip.weight)
    return Pick(tip=chosen, why=_why(chosen, waits[chosen.id], len(eligible)))


def suits(tip: Tip, schedule: Schedule, accounts: Iterable[str]) -> bool:
    """Whether the tip shares a tag with the schedule and may go to one of these accounts."""
    tagged = not schedule.tags or not set(schedule.tags).isdisjoint(tip.tags)
    return tagged and any(tip.goes_to(account) for account in accounts)


def _waits(eligible: set[str], turns: Sequence[str]) -> dict[str, int]:
    """For each eligible tip that had a turn, how many turns of eligible tips came after it."""
    waits: dict[str, int] = {}
    passed = 0
    for tip_id in reversed(turns):
        if tip_id in eligible:
            waits.setdefault(tip_id, passed)
            passed += 1
            if len(waits) == len(eligible):
                break
    return waits


def _why(tip: Tip, wait: int, count: int) -> str:
    if count == 1:
        return "the only eligible tip"
    turns = "turn" if wait == 1 else "turns"
    weight = f" at weight {tip.weight}" if tip.weight > 1 else ""
    return f"its last turn is {wait} {turns} ago{weight}, the longest wait of {count} eligible"


def _why_nothing(library: Library, schedule: Schedule, without: frozenset[str]) -> str:
    if not len(library):
        return "the file has no tips"
    if without:
        return f"no eligible tip fits any account (tried {', '.join(sorted(without))})"
    tags = f" with a tag of {', '.join(schedule.tags)}" if schedule.tags else ""
    return f"no tip{tags} is eligible for schedule '{schedule.name}' now"
