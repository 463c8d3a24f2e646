"""Which tip comes next."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.posting.rotation import Nothing, Pick, pick
from tests.clock import MONDAY
from tests.core.samples import library, schedule, slot, tip

IDS = "abcdef"
DAY = timedelta(days=1)


def choose(tips, turns=(), /, *, rule=None, accounts=("town",), without=frozenset(), at=MONDAY):
    """The pick for a slot at `at`."""
    return pick(library(*tips), turns, slot(due=at), rule or schedule(), accounts, without)


def chosen(*args, **options):
    """The id of the tip that is picked."""
    picked = choose(*args, **options)
    assert isinstance(picked, Pick)
    return picked.tip.id


def test_first_round_follows_the_file():
    """Tips that were never posted come in the order of the file."""
    tips = [tip(tip_id) for tip_id in "cab"]
    turns: list[str] = []
    for _ in range(4):
        turns.append(chosen(tips, turns))
    assert turns == ["c", "a", "b", "c"]


eligible_sets = st.permutations(IDS).flatmap(lambda ids: st.integers(1, 6).map(lambda n: ids[:n]))


def since_last(tip_id, turns):
    """The turns after the last one of this tip, which had one."""
    return turns[len(turns) - turns[::-1].index(tip_id) :]


@given(st.lists(eligible_sets))
def test_no_tip_returns_before_every_eligible_one(rounds):
    """Whatever is edited, filtered or restarted, every eligible tip had its turn before one returns."""
    turns: list[str] = []
    for ids in rounds:
        picked = chosen([tip(tip_id) for tip_id in ids], turns)
        others = set(ids) - {picked}
        assert picked not in turns or others <= set(since_last(picked, turns))
        turns.append(picked)


@given(st.lists(st.integers(1, 5), min_size=2, max_size=6))
def test_a_tip_of_least_weight_never_returns_early(weights):
    """However weights are chosen, the lightest tip waits for all others, and none is forgotten."""
    tips = [tip(IDS[place], weight=weight) for place, weight in enumerate(weights)]
    lightest = {one.id for one in tips if one.weight == min(weights)}
    turns: list[str] = []
    for _ in range(100):
        picked = chosen(tips, turns)
        if picked in turns and picked in lightest:
            assert set(since_last(picked, turns)) == {one.id for one in tips} - {picked}
        turns.append(picked)
    assert set(turns[-50:]) == {one.id for one in tips}


def test_weight_makes_a_tip_frequent():
    """A tip of weight 3 comes more than twice as often as the plain ones beside it."""
    tips = [tip("a", weight=3), *(tip(tip_id) for tip_id in "bcdef")]
    turns: list[str] = []
    for _ in range(80):
        turns.append(chosen(tips, turns))
    assert all(2 < turns.count("a") / turns.count(plain) <= 3 for plain in "bcdef")


def test_validity_is_that_of_the_slot():
    """A tip comes from `not_before` on and until before `expires`, by the slot's own time."""
    tips = [tip("a", not_before=MONDAY, expires=MONDAY + DAY)]
    moments = [MONDAY - DAY, MONDAY, MONDAY + DAY - timedelta(seconds=1), MONDAY + DAY]
    found = [isinstance(choose(tips, at=moment), Pick) for moment in moments]
    assert found == [False, True, True, False]


def test_filters():
    """Only a tip that shares a tag with its schedule and may go to one of its accounts comes."""
    tips = [tip("a", tags=("x",)), tip("b", tags=("x", "y")), tip("c", tags=("y",))]
    assert chosen(tips, rule=schedule(tags=("y", "z"))) == "b"
    tips = [tip("a", platforms=("town",)), tip("b", platforms=("village",))]
    assert chosen(tips, accounts=("village",)) == "b"
    rule = schedule(platforms=("village",))
    assert chosen(tips, accounts=("town", "village"), rule=rule) == "b"
    assert isinstance(choose(tips, accounts=("town",), rule=rule), Nothing)


def test_what_fitted_nowhere_is_passed_over():
    """A tip that was tried for this very slot in vain is not tried again."""
    assert chosen([tip("a"), tip("b")], without=frozenset("a")) == "b"


def test_each_pick_says_why():
    """The operator reads why this tip came, in numbers."""
    tips = [tip("a"), tip("b", weight=2), tip("c")]
    reasons = [choose(tips, turns).why for turns in ("", "abc", "abcab")]
    assert reasons == [
        "never posted, the first such of 3 eligible",
        "its last turn is 2 turns ago, the longest wait of 3 eligible",
        "its last turn is 2 turns ago, the longest wait of 3 eligible",
    ]
    assert choose(tips[1:2], "b").why == "the only eligible tip"
    assert "at weight 2" in choose(tips, "bac").why


def test_an_empty_choice_says_why():
    """Where nothing can come, the reason names what kept every tip away."""
    reasons = [
        choose([]).why,
        choose([tip("a")], rule=schedule(tags=("x", "y"))).why,
        choose([tip("a")], without=frozenset("a")).why,
    ]
    assert reasons == [
        "the file has no tips",
        "no tip with a tag of x, y is eligible for schedule 'mornings' now",
        "no eligible tip fits any account (tried a)",
    ]
