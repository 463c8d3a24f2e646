"""What the preview shows is what is posted."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from decimal import Decimal

import pytest

from bot.core.model.config import LinkRule
from bot.core.model.delivery import State
from bot.core.model.schedule import At, Every, Outcome
from bot.core.posting.compose import Misfit
from tests.app.harness import EIGHT, PRICES, Harness
from tests.clock import MONDAY
from tests.contract.memory import TRAITS
from tests.core.samples import HOUR, MINUTE, account, config, schedule, tip

DAY = timedelta(days=1)
WEEK = 7 * DAY


def busy():
    """A bot with three accounts, three schedules and tips of every sort."""
    return Harness(
        config=config(
            tip("own", link="https://town.example.org/own", tags=("x", "digital-health")),
            tip("page", tags=("x",)),
            tip("heavy", weight=3, summary="Said by @ada."),
            tip("later", not_before=MONDAY + 3 * DAY),
            tip("gone", expires=MONDAY + 2 * DAY),
            tip("there", platforms=("village",), tags=("x",)),
            tip("long", title="a" * 141, text="b" * 141),
            accounts=(
                account(),
                account("village", link=LinkRule.NEVER, limit=60),
                account("site", kind="site"),
            ),
            schedules=(
                schedule(),
                schedule("x only", when=At(times=(time(9), time(18)), days=(0, 2, 4)), tags=("x",)),
                schedule(
                    "often",
                    when=Every(period=9 * HOUR, anchor=EIGHT - DAY),
                    platforms=("village",),
                    timezone="Asia/Tokyo",
                ),
            ),
        )
    )


def shown(harness, count=100):
    """Slot, account, text and time of what the preview shows."""
    return [
        (one.slot.name, post.account, post.text, one.slot.due)
        for one in harness.preview.coming(harness.config, harness.clock.now(), count)
        for post in one.posts
    ]


def sent(harness):
    """The same of what was posted."""
    posted = [one for one in harness.deliveries() if one.state is State.POSTED]
    return [(one.slot, one.account, one.post.text, one.due) for one in posted]


@pytest.mark.long
@pytest.mark.parametrize("begins", [timedelta(0), 14 * MINUTE])
def test_what_it_shows_is_what_is_posted(begins):
    """A week is previewed and then lived through: texts, accounts and times are the very same."""
    harness = busy()
    harness.plan()
    harness.clock.advance(begins)
    promised = [one for one in shown(harness) if one[3] <= harness.clock.now() + WEEK]
    harness.work(WEEK, 15 * MINUTE)
    assert sent(harness) == promised
    assert len(promised) > 40
    for name in harness.networks:
        texts = [text for _, account_name, text, _ in promised if account_name == name]
        assert sorted(harness.texts(name)) == sorted(texts)


def test_it_shows_empty_slots():
    """A slot for which nothing is eligible is shown with the reason that is then recorded."""
    harness = Harness(config=config(tip(expires=MONDAY + HOUR)))
    harness.plan()
    first, second = harness.preview.coming(harness.config, EIGHT, 2)
    assert (first.tip, second.tip, second.posts) == ("listen", None, ())
    harness.plan(HOUR)
    harness.plan(DAY)
    assert [one.outcome for one in harness.slots()] == [Outcome.PLANNED, Outcome.EMPTY]
    assert [one.why for one in harness.slots()] == [first.why, second.why]


def test_it_changes_nothing(harness):
    """Looking ahead leaves no trace, however often it is done."""
    assert shown(harness, 3) == shown(harness, 3)
    assert (harness.slots(), harness.deliveries()) == ([], [])
    harness.plan()
    assert harness.plan(HOUR) == 1


def test_skips_and_pauses_are_seen(harness):
    """What was skipped is not shown, nor what falls into a pause; what comes after it is."""
    harness.plan()
    harness.skip(None, EIGHT)
    assert shown(harness, 1)[0][3] == MONDAY + DAY
    harness.pause("mornings", MONDAY + 3 * DAY, EIGHT)
    promised = [one for one in shown(harness) if one[3] <= EIGHT + WEEK]
    assert promised[0][3] == MONDAY + 3 * DAY
    harness.work(WEEK, HOUR)
    assert sent(harness) == promised
    harness.pause("mornings", None, harness.clock.now())
    assert shown(harness) == []


def test_what_is_due_comes_first(harness):
    """A slot that came due and is still in time is shown; one that is too late is not."""
    harness.plan()
    harness.clock.advance(2 * HOUR)
    assert shown(harness, 1)[0][3] == MONDAY
    harness.clock.advance(2 * HOUR)
    assert shown(harness, 1)[0][3] == MONDAY + DAY


def test_what_is_planned_is_frozen(harness):
    """A delivery that waits is shown as it will be sent, before anything else, with its reason."""
    harness.plan()
    harness.plan(HOUR)
    harness.pause("town", None, harness.clock.now())
    harness.deliver()
    harness.config = config(tip(text="Something else is said."))
    first, second = harness.preview.coming(harness.config, harness.clock.now(), 2)
    assert (first.slot.name, first.why) == ("mornings/2026-03-02T09:00", "paused by the operator")
    (post,) = first.posts
    assert (post.text, post.how) == (harness.get().post.text, "planned")
    assert (post.length, post.limit, post.native.limit) == (len(post.text), 140, 500)
    assert second.posts[0].text == "The tip listen: Something else is said."


def test_everything():
    """Each tip is shown on every account that it may go to, or with the reason why it does not fit."""
    harness = busy()
    every = list(harness.preview.everything(harness.config))
    fine = [(one.tip, one.account) for one in every if not isinstance(one, Misfit)]
    unfit = [(one.tip.id, one.account.name) for one in every if isinstance(one, Misfit)]
    assert len(fine) == 3 * 5 + 1
    assert ("there", "village") in fine
    assert ("there", "town") not in fine
    assert unfit == [("long", name) for name in ("town", "village", "site")]


def test_what_it_costs():
    """A post is shown with what it costs, and with what it would cost without its link."""
    harness = Harness(config=config(tip(link="https://town.example.org"), tip("plain")))
    harness.join("town", replace(TRAITS, prices=PRICES))
    linked, plain = harness.preview.everything(harness.config)
    assert not isinstance(linked, Misfit)
    assert not isinstance(plain, Misfit)
    assert (linked.cost, linked.cost_without_link) == (Decimal("0.80"), Decimal("0.60"))
    assert (plain.cost, plain.cost_without_link) == (Decimal("0.60"), Decimal("0.60"))
    assert linked.text.endswith(" https://town.example.org")
    assert linked.length == linked.native.length == len(linked.text) - 24 + 23
