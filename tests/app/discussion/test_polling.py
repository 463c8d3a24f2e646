"""The money that listening costs, and the time for it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.app.discussion.listen import budget_left, is_time_to_listen
from bot.core.ports.platform import Batch
from tests.app.harness import EIGHT, PRICES, Harness
from tests.contract.memory import TRAITS
from tests.core.samples import HOUR, MINUTE, account, config, entry

POLL = 5 * MINUTE
DEAR = replace(TRAITS, prices=PRICES, poll=POLL)


def dear(**bounds):
    """A harness in a town where listening costs money."""
    harness = Harness(config=config(accounts=(account(**bounds),)))
    harness.join("town", DEAR)
    return harness


def left(harness):
    """What reading may still cost."""
    with harness.store.reading() as tx:
        return budget_left(tx, harness.account(), harness.clock.now())


def is_time(harness, began=EIGHT):
    """Whether to listen now."""
    account = harness.account()
    with harness.store.reading() as tx:
        return is_time_to_listen(
            tx, account, harness.capabilities_of(account), harness.clock.now(), began
        )


def spend(harness, what, amount):
    """Note money spent in town."""
    with harness.store.writing() as tx:
        tx.accounts.spend("town", what, Decimal(amount), harness.clock.now())


def hear(harness, *entries):
    """Hear this in town."""

    class Voice:
        def poll(self, cursor, _began):
            return Batch(cursor=f"{cursor}+", entries=entries)

    harness.platforms["town"] = Voice()
    harness.mention_poller.step(harness.account())


def listens(harness, hours):
    """How often the bot listens in so many hours of silence, called every five minutes."""
    times = 0
    for _ in range(hours * 12):
        harness.clock.advance(POLL)
        if is_time(harness):
            hear(harness)
            times += 1
    return times


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({}, None),
        ({"listening_budget": Decimal(5)}, Decimal("4.70")),
        ({"monthly_budget": Decimal(5)}, Decimal("3.70")),
        ({"monthly_budget": Decimal(5), "listening_budget": Decimal(2)}, Decimal("1.70")),
        ({"monthly_budget": Decimal(2), "listening_budget": Decimal(2)}, Decimal("0.70")),
        ({"monthly_budget": Decimal(1)}, Decimal("-0.30")),
    ],
)
def test_what_is_left(bounds, expected):
    """Reading may cost what its own bound and the account's leave, whichever is less."""
    harness = dear(**bounds)
    spend(harness, "post", "1.00")
    spend(harness, "listen", "0.20")
    spend(harness, "read", "0.04")
    spend(harness, "anything else", "0.06")
    assert left(harness) == expected


def test_a_new_month(harness):
    """What was spent in the month before bounds nothing."""
    harness = dear(listening_budget=Decimal(5))
    spend(harness, "listen", "5.00")
    assert left(harness) == 0
    harness.clock.advance(31 * 24 * HOUR)
    assert left(harness) == 5


def test_where_it_is_free(harness):
    """Where listening costs nothing it is always time for it."""
    hear(harness)
    assert is_time(harness)


def test_talk_and_silence():
    """The bot listens at every beat while people talk, and ever more rarely while they do not."""
    harness = dear()
    hear(harness, entry())
    assert [listens(harness, hours) for hours in (1, 5, 18, 48)] == [12, 30, 54, 72]
    assert listens(harness, 24) == 24
    hear(harness, entry("e2"))
    assert listens(harness, 1) == 12


def test_little_money():
    """Where the money goes faster than the month, the bot listens less often."""
    harness = dear(listening_budget=Decimal(10))
    hear(harness, entry())
    spend(harness, "listen", "9.00")
    assert listens(harness, 1) == 1


def test_after_a_restart():
    """A bot that starts listens at once, however lately the one before it did."""
    harness = dear()
    hear(harness, entry())
    harness.clock.advance(MINUTE)
    assert not is_time(harness)
    assert is_time(harness, began=harness.clock.now())


def test_a_clock_that_ran_ahead():
    """What a clock that ran ahead called heard keeps the bot from nothing."""
    harness = dear()
    harness.clock.advance(9 * HOUR)
    hear(harness, entry())
    harness.clock.advance(-8 * HOUR)
    assert is_time(harness)


def test_a_tip_is_a_stir():
    """Once a tip was posted the bot listens often again."""
    harness = dear()
    hear(harness, entry())
    harness.clock.advance(100 * HOUR)
    hear(harness)
    harness.clock.advance(POLL)
    assert not is_time(harness)
    harness.join("town", DEAR)
    harness.post("listen", (), harness.clock.now(), again=False)
    harness.deliverer().step(harness.config, harness.account())
    assert is_time(harness)
