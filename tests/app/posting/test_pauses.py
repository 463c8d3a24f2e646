"""Holding back by hand."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from bot.core.errors import UsageError
from bot.core.model.schedule import At, Cron
from tests.app.harness import EIGHT, Harness
from tests.clock import MONDAY
from tests.core.samples import HOUR, account, config, schedule

DAY = timedelta(days=1)
EVENING = schedule("evenings", when=At(times=(time(18),)))
LEAP = schedule("leap", when=Cron(line="0 9 29 2 *"))


@pytest.fixture
def harness():
    """A bot with two schedules, one of which has the name of an account."""
    return Harness(
        config=config(
            schedules=(schedule(), EVENING, schedule("town", when=At(times=(time(7),)))),
            accounts=(account(), account("village")),
        )
    )


def pauses(harness):
    """The names of what is held."""
    with harness.store.reading() as tx:
        return set(tx.accounts.pauses(harness.clock.now()))


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("mornings", "schedule:mornings"),
        ("village", "account:village"),
        ("account:town", "account:town"),
        ("schedule:town", "schedule:town"),
    ],
)
def test_pause_and_resume(harness, name, full):
    """A short name is enough where it is clear, and what was held can be let go again."""
    assert harness.pause(name, None, EIGHT) == full
    assert pauses(harness) == {full}
    assert harness.resume(name) == full
    assert pauses(harness) == set()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("town", "'town' may be schedule:town or account:town; write one of these"),
        ("mornigs", "there is no schedule or account 'mornigs'; did you mean 'mornings'?"),
        (
            "zzz",
            "there is no schedule or account 'zzz'; there are: schedule:mornings, schedule:evenings",
        ),
    ],
)
def test_unclear_names(harness, name, told):
    """A name that stands for two things, or for none, is one clear line that helps."""
    with pytest.raises(UsageError) as caught:
        harness.pause(name, None, EIGHT)
    assert str(caught.value).startswith(told)


def test_impossible_pauses(harness):
    """A pause that ended already, or one that was never made, is refused."""
    with pytest.raises(UsageError, match="ends in the future; give a later time"):
        harness.pause("mornings", EIGHT, EIGHT)
    with pytest.raises(UsageError, match="schedule:mornings is not paused"):
        harness.resume("mornings")


def test_skipping_goes_on(harness):
    """Each skip takes the next slot that was not skipped yet: of one schedule, or of all."""
    skipped = [harness.skip(name, EIGHT) for name in ("mornings", "mornings")]
    assert [slot.due for slot in skipped] == [MONDAY, MONDAY + DAY]
    assert harness.skip(None, EIGHT).name == "evenings/2026-03-02T18:00"
    with pytest.raises(UsageError, match="there is no schedule 'evening'; did you mean 'evenings'"):
        harness.skip("evening", EIGHT)


def test_a_rare_slot_is_far(harness):
    """A slot that is years away is skipped as any other, and then the one after it."""
    harness.config = config(schedules=(LEAP,))
    assert harness.skip(None, EIGHT - 365 * DAY).due.year == 2028
    assert harness.skip("leap", EIGHT + HOUR).due.year == 2032


def test_a_skip_taken_back(harness):
    """What was skipped last comes after all, one slot after the other; what is past does not."""
    first = harness.skip("mornings", EIGHT)
    second = harness.skip("mornings", EIGHT)
    evening = harness.skip("evenings", EIGHT)
    assert harness.unskip("mornings", EIGHT) == second
    assert harness.unskip(None, EIGHT) == evening
    with pytest.raises(UsageError, match="no slot that is still to come was skipped"):
        harness.unskip(None, first.due)
    assert harness.unskip(None, EIGHT) == first
    assert harness.skip("mornings", EIGHT) == first


def test_only_the_operators_skips_are_taken_back(harness):
    """A slot that a paused schedule let go by stays skipped."""
    harness.pause("mornings", None, EIGHT)
    harness.plan()
    harness.plan(after=DAY)
    with pytest.raises(UsageError, match="no slot"):
        harness.unskip("mornings", EIGHT)
    with pytest.raises(UsageError, match="there is no schedule"):
        harness.unskip("mornigs", EIGHT)
