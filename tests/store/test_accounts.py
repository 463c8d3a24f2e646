"""What is remembered of accounts: rules, cursors, pauses, money; and notes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.core.model.capabilities import Idempotency, Prices, TextLimit, Unit
from bot.core.ports.account_store import AccountRecord, Pause
from bot.core.ports.platform import Batch
from tests.clock import MONDAY
from tests.core.samples import HOUR, traits

RULES = traits(
    text=TextLimit(unit=Unit.WEIGHTED, limit=280, max_bytes=3000),
    idempotency=Idempotency.SAME_TEXT,
    look_gap=timedelta(minutes=3),
    reply_mentions=True,
    prices=Prices(
        as_of=date(2026, 4, 20),
        post=Decimal("0.015"),
        post_with_link=Decimal("0.200"),
        reply=Decimal("0.010"),
        read=Decimal("0.001"),
        source="https://docs.example.org",
    ),
)


def test_an_unknown_account(tx):
    """Of an account that was never seen nothing is remembered, which is no error."""
    assert tx.accounts.get("town") == AccountRecord()
    assert tx.accounts.spent("town", MONDAY) == 0


@pytest.mark.quick
def test_rules_are_remembered_whole(tx):
    """What a network said of itself comes back exactly, prices to the last cent."""
    tx.accounts.learned("town", RULES, "memory []", MONDAY)
    tx.accounts.learned("village", traits(), "memory []", MONDAY)
    assert tx.accounts.get("town") == AccountRecord(
        traits=RULES, learned_at=MONDAY, learned_from="memory []"
    )


def test_listening_is_remembered(tx):
    """A batch leaves its cursor and its unheard, with their day, and clears the trouble."""
    tx.accounts.set_trouble("town", "no answer")
    assert tx.accounts.get("town").trouble == "no answer"
    tx.accounts.heard("town", Batch(cursor="c1", unheard=("a day is lost",)), MONDAY)
    tx.accounts.heard("town", Batch(cursor="c2"), MONDAY + HOUR)
    assert tx.accounts.get("town") == AccountRecord(
        cursor="c2", heard_at=MONDAY + HOUR, unheard=("2026-03-02: a day is lost",)
    )


def test_gaps_do_not_pile_up(tx):
    """Of very many unheard the newest are kept."""
    for number in range(30):
        tx.accounts.heard("town", Batch(cursor="c", unheard=(f"gap {number}",)), MONDAY)
    unheard = tx.accounts.get("town").unheard
    assert (len(unheard), unheard[0], unheard[-1]) == (
        20,
        "2026-03-02: gap 10",
        "2026-03-02: gap 29",
    )


def test_what_was_learned_stays_while_listening(tx):
    """Rules, cursor and trouble of one account do not wipe each other out."""
    tx.accounts.heard("town", Batch(cursor="c1"), MONDAY)
    tx.accounts.learned("town", RULES, "memory []", MONDAY)
    tx.accounts.set_trouble("town", "slow")
    assert tx.accounts.get("town") == AccountRecord(
        traits=RULES,
        learned_at=MONDAY,
        learned_from="memory []",
        cursor="c1",
        heard_at=MONDAY,
        trouble="slow",
    )


def test_pauses(tx):
    """A pause holds until it is lifted or its time has come, and a second one takes its place."""
    for_good = Pause(name="account:town", reason="rest", since=MONDAY)
    for_now = Pause(
        name="schedule:a", reason="token", since=MONDAY, until=MONDAY + HOUR, by_operator=False
    )
    for pause in (for_good, for_now):
        tx.accounts.pause(pause)
    assert tx.accounts.pauses(MONDAY) == {"account:town": for_good, "schedule:a": for_now}
    assert tx.accounts.pauses(MONDAY + HOUR) == {"account:town": for_good}
    again = Pause(name="account:town", reason="other", since=MONDAY)
    tx.accounts.pause(again)
    assert tx.accounts.pauses(MONDAY)["account:town"] == again
    assert [tx.accounts.resume("account:town") for _ in range(2)] == [True, False]
    assert "account:town" not in tx.accounts.pauses(MONDAY)


def test_a_pause_by_a_wrong_clock(tx):
    """A clock that ran ahead holds no account once it is right; the operator's word stays."""
    ahead = MONDAY + 5 * HOUR
    held = Pause(name="account:town", reason="token", since=ahead, until=ahead + HOUR)
    tx.accounts.pause(replace(held, by_operator=False))
    assert tx.accounts.pauses(MONDAY) == {}
    tx.accounts.pause(held)
    assert tx.accounts.pauses(MONDAY) == {"account:town": held}


def test_money_is_counted_by_the_month(tx):
    """Money adds up exactly within a calendar month of UTC, for each account by itself."""
    midnight = MONDAY.replace(day=1, hour=0)
    for moment in (midnight - timedelta(microseconds=1), midnight, MONDAY):
        tx.accounts.spend("town", "post", Decimal("0.1"), moment)
    for _ in range(10):
        tx.accounts.spend("town", "listen", Decimal("0.001"), MONDAY)
    tx.accounts.spend("village", "post", Decimal(5), MONDAY)
    assert tx.accounts.spent("town", MONDAY) == Decimal("0.21")
    assert tx.accounts.listened("town", MONDAY) == Decimal("0.01")
    assert tx.accounts.spent("town", midnight - HOUR) == Decimal("0.31")
    assert tx.accounts.spent("village", MONDAY) == 5


def test_notes(tx):
    """A note is what was written last, and gone when it was removed."""
    assert tx.notes.get("file") is None
    for value in ("line 3 is wrong", "line 4 is wrong"):
        tx.notes.put("file", value, MONDAY)
    assert tx.notes.get("file") == "line 4 is wrong"
    tx.notes.put("file", None, MONDAY)
    assert tx.notes.get("file") is None
