"""The money that listening costs, and the time for it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.app.discussion.polling import is_time_to_listen, money_left
from bot.core.ports.platform import Batch
from tests.app.harness import EIGHT, PRICES, House
from tests.contract.memory import TRAITS
from tests.core.samples import HOUR, MINUTE, account, config, entry

POLL = 5 * MINUTE
DEAR = replace(TRAITS, prices=PRICES, poll=POLL)


def dear(**bounds):
    """A house in a town where listening costs money."""
    house = House(config=config(accounts=(account(**bounds),)))
    house.join("town", DEAR)
    return house


def left(house):
    """What reading may still cost."""
    with house.store.reading() as tx:
        return money_left(tx, house.account(), house.clock.now())


def is_time(house, began=EIGHT):
    """Whether to listen now."""
    account = house.account()
    with house.store.reading() as tx:
        return is_time_to_listen(tx, account, house.traits_of(account), house.clock.now(), began)


def spend(house, what, amount):
    """Note money spent in town."""
    with house.store.writing() as tx:
        tx.accounts.spend("town", what, Decimal(amount), house.clock.now())


def hear(house, *entries):
    """Hear this in town."""

    class Voice:
        def hear(self, cursor):
            return Batch(cursor=f"{cursor}+", entries=entries)

    house.platforms["town"] = Voice()
    house.ear.step(house.account())


def listens(house, hours):
    """How often the bot listens in so many hours of silence, called every five minutes."""
    times = 0
    for _ in range(hours * 12):
        house.clock.advance(POLL)
        if is_time(house):
            hear(house)
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
    house = dear(**bounds)
    spend(house, "post", "1.00")
    spend(house, "listen", "0.20")
    spend(house, "read", "0.04")
    spend(house, "anything else", "0.06")
    assert left(house) == expected


def test_a_new_month(house):
    """What was spent in the month before bounds nothing."""
    house = dear(listening_budget=Decimal(5))
    spend(house, "listen", "5.00")
    assert left(house) == 0
    house.clock.advance(31 * 24 * HOUR)
    assert left(house) == 5


def test_where_it_is_free(house):
    """Where listening costs nothing it is always time for it."""
    hear(house)
    assert is_time(house)


def test_talk_and_silence():
    """The bot listens at every beat while people talk, and ever more rarely while they do not."""
    house = dear()
    hear(house, entry())
    assert [listens(house, hours) for hours in (1, 5, 18, 48)] == [12, 30, 54, 72]
    assert listens(house, 24) == 24
    hear(house, entry("e2"))
    assert listens(house, 1) == 12


def test_little_money():
    """Where the money goes faster than the month, the bot listens less often."""
    house = dear(listening_budget=Decimal(10))
    hear(house, entry())
    spend(house, "listen", "9.00")
    assert listens(house, 1) == 1


def test_after_a_restart():
    """A bot that starts listens at once, however lately the one before it did."""
    house = dear()
    hear(house, entry())
    house.clock.advance(MINUTE)
    assert not is_time(house)
    assert is_time(house, began=house.clock.now())


def test_a_clock_that_ran_ahead():
    """What a clock that ran ahead called heard keeps the bot from nothing."""
    house = dear()
    house.clock.advance(9 * HOUR)
    hear(house, entry())
    house.clock.advance(-8 * HOUR)
    assert is_time(house)


def test_a_tip_is_a_stir():
    """Once a tip was posted the bot listens often again."""
    house = dear()
    hear(house, entry())
    house.clock.advance(100 * HOUR)
    hear(house)
    house.clock.advance(POLL)
    assert not is_time(house)
    house.join("town", DEAR)
    house.post("listen", (), house.clock.now(), again=False)
    house.deliverer().step(house.config, house.account())
    assert is_time(house)
