"""What a look for an unsure delivery means."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.core.model.capabilities import Idempotency
from bot.core.model.config import WhenUnsure
from bot.core.model.delivery import State
from bot.core.model.lookup import Absent, CannotTell, Found
from bot.core.posting.transitions import ResendRules, after_look
from tests.clock import MONDAY
from tests.core.samples import MINUTE, claimed, receipt, traits

CASES = yaml.safe_load((Path(__file__).parents[2] / "data" / "absence.yaml").read_text("utf-8"))

LOOKS: dict[str, Found | Absent | CannotTell] = {
    "found": Found(receipt=receipt()),
    "absent": Absent(),
    "cannot tell": CannotTell(why="the list was cut short"),
}


def unsure(case):
    """The delivery of a case, sent at nine."""
    return claimed(
        state=State.UNSURE,
        lease_until=None,
        looks=case.get("looked", 0),
        resends=case.get("resent", 0),
        duplicate=case.get("duplicate", False),
    )


def looked(case):
    """The delivery as it stands after the look, and the moment of that."""
    now = MONDAY + case.get("since", 1) * MINUTE
    network = traits(
        idempotency=Idempotency(case["network"]),
        key_memory=60 * MINUTE,
        looks=case.get("needs", 1),
        look_gap=3 * MINUTE,
    )
    rules = ResendRules(traits=network, when_unsure=WhenUnsure(case.get("unsure", "ask")), now=now)
    return after_look(unsure(case), LOOKS[case["look"]], rules), now


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_cases(case):
    """What follows from a look is what the network's rules of absence allow, and no more."""
    after, now = looked(case)
    assert after.state is State(case["then"])
    if "again" in case:
        assert after.not_before - now == case["again"] * MINUTE
    forgotten = case.get("forgotten", False)
    again = after.state is State.PLANNED
    assert after.resends == (0 if forgotten else case.get("resent", 0) + again)
    assert after.sent_at == (None if forgotten else MONDAY)
    assert after.reason


def test_a_found_post_has_its_receipt():
    """What was found is recorded as it stands on the network."""
    after, _ = looked({"network": "none", "look": "found"})
    assert after.receipt == receipt()


def test_looks_are_counted_between_sendings():
    """A look that finds nothing is counted; after the next sending counting begins anew."""
    once, _ = looked({"network": "same text", "look": "absent", "needs": 2})
    again, _ = looked({"network": "same text", "look": "absent", "needs": 2, "looked": 1})
    unclear, _ = looked({"network": "same text", "look": "cannot tell", "looked": 1})
    assert (once.looks, again.looks, unclear.looks) == (1, 0, 1)
