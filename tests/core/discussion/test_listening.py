"""How often to listen where it costs money, and how much to read at once."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.core.discussion.backoff import Budget, next_listening
from bot.platforms.x.listening.read_quota import affordable
from tests.core.samples import MINUTE

CASES = yaml.safe_load((Path(__file__).parents[2] / "data" / "listening.yaml").read_text("utf-8"))
PRICES = st.decimals(0, 10, places=3)


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_waits(case):
    """The wait is short while people talk, longer in silence, and longer where money runs out."""
    now = datetime(2026, 6, case.get("day", 1), tzinfo=UTC)
    quiet, cap = case["quiet"], case.get("cap")
    stirred = None if quiet == "never" else now - quiet * MINUTE
    budget = Budget(cap=Decimal(cap), left=Decimal(str(case["left"]))) if cap else None
    waited = next_listening(case.get("quickest", 5) * MINUTE, stirred, budget, now)
    assert waited / MINUTE == pytest.approx(case["wait"])


@pytest.mark.parametrize(
    ("left", "each", "first", "many"),
    [
        (None, "0.021", "0.01", 100),
        ("5", "0.021", "0.01", 100),
        ("2.11", "0.021", "0.01", 100),
        ("2.1099", "0.021", "0.01", 99),
        ("0.115", "0.021", "0.01", 5),
        ("0.1149", "0.021", "0.01", None),
        ("0", "0.021", "0", None),
        ("-1", "0.021", "0", None),
        ("0", "0", "0", 100),
        ("0", "0", "0.01", None),
    ],
)
def test_how_many(left, each, first, many):
    """As many are read as the money pays, between the fewest and the most, or none at all."""
    money = None if left is None else Decimal(left)
    asked = affordable(money, Decimal(each), fewest=5, most=100, first=Decimal(first))
    assert asked == many


@given(left=PRICES, each=PRICES, first=PRICES, fewest=st.integers(1, 20), most=st.integers(20, 200))
def test_never_more_than_there_is(left, each, first, fewest, most):
    """Whatever the prices, what is read costs no more than what is left."""
    many = affordable(left, each, fewest=fewest, most=most, first=first)
    if many is None:
        assert first + fewest * each > left
    else:
        assert fewest <= many <= most
        assert first + many * each <= left
