"""Looking again: edits are taken over, deletions erase, and nothing else seems to be gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from bot.app.discussion.listen import REST
from bot.app.discussion.recheck import BATCH, MOST_BATCHES, UNSEEN
from bot.core.errors import RetryLater
from bot.core.model.entry import NOBODY, Change, Visibility
from bot.core.ports.platform import Checked
from tests.app.harness import Harness
from tests.contract.memory import TRAITS
from tests.core.samples import HOUR, MINUTE, account, config, entry

DAY = 24 * HOUR


class Voice:
    """Checks that say what a test gives them, and remember what they were asked."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []

    def check(self, remote_ids):
        self.asked.append(list(remote_ids))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer(remote_ids)


def same(remote_ids):
    """All are there as they were."""
    return Checked(entries=tuple(entry(one) for one in remote_ids))


def unseen(remote_ids):
    """None could be looked at."""
    return Checked()


def listen(harness, *words):
    """Let people say something, and hear it; returns its ids."""
    said = [harness.networks["town"].say(one) for one in words]
    harness.mention_poller.step(harness.account())
    return said


def recheck(harness, after=MINUTE):
    """Let time pass, and look again in town."""
    harness.clock.advance(after)
    return harness.rechecker.step(harness.account())


def voice(harness, answer):
    """Put such checks in town."""
    harness.platforms["town"] = made = Voice(answer)
    return made


def keep(harness, *remote_ids, **changes):
    """Take in entries."""
    with harness.store.writing() as tx:
        for one in remote_ids:
            tx.log.keep(entry(one, **changes), harness.clock.now())


def log(harness):
    """What is in the log."""
    with harness.store.reading() as tx:
        return tx.log.entries()


def test_an_edit_is_found(harness):
    """What was edited where it was said is in the log in its new words, and that is history."""
    (said,) = listen(harness, "First.")
    harness.networks["town"].edit(said, "Better.")
    assert recheck(harness) == 1
    (one,) = log(harness)
    assert (one.text, one.checked_at) == ("Better.", harness.clock.now())
    with harness.store.reading() as tx:
        assert [event.change for event in tx.log.events()] == [Change.CREATED, Change.EDITED]


def test_a_deletion_erases(harness):
    """Of what was deleted where it was said, neither words nor author nor address are left."""
    first, second = listen(harness, "I regret this.", "I do not.")
    harness.networks["town"].delete(first)
    assert recheck(harness) == 1
    gone, there = log(harness)
    assert (gone.remote_id, gone.text, gone.author, gone.url) == (first, "", NOBODY, None)
    assert gone.deleted_at == harness.clock.now()
    assert (there.remote_id, there.text) == (second, "I do not.")


def test_what_is_gone_is_asked_for_no_more(harness):
    """Nothing deleted ever comes back, so nobody asks for it again."""
    keep(harness, "1", "2")
    made = voice(harness, lambda ids: Checked(entries=(entry("2"),), gone=frozenset({"1"})))
    recheck(harness)
    recheck(harness)
    assert made.asked == [["1", "2"], ["2"]]


def test_what_became_private_loses_its_words(harness):
    """Words that their author showed to everybody and now no longer shows are erased."""
    keep(harness, "1")
    private = replace(entry("1", author=NOBODY, text=""), url=None, visibility=Visibility.FOLLOWERS)
    made = voice(harness, lambda ids: Checked(entries=(private,)))
    recheck(harness)
    recheck(harness, after=DAY)
    assert (log(harness)[0].text, log(harness)[0].author, len(made.asked)) == ("", NOBODY, 1)


def test_nothing_changed(harness):
    """A look that finds all as it was changes nothing but the time of the look."""
    keep(harness, "1")
    voice(harness, same)
    assert recheck(harness) == 0
    assert log(harness)[0].checked_at == harness.clock.now()


def test_ever_more_rarely(harness):
    """An entry is looked at every minute at first, then ever more rarely, and at last never."""
    keep(harness, "1", at=harness.clock.now())
    made = voice(harness, lambda ids: Checked(entries=tuple(log(harness))))
    for _ in range(60):
        recheck(harness)
    assert 10 < len(made.asked) < 30
    recheck(harness, after=DAY)
    before = len(made.asked)
    for _ in range(24):
        recheck(harness, after=HOUR)
    assert 1 < len(made.asked) - before < 10
    recheck(harness, after=100 * DAY)
    before = len(made.asked)
    for _ in range(10):
        recheck(harness, after=DAY)
    assert len(made.asked) == before


def test_a_dear_network_is_asked_later():
    """Where a look costs money, the first one comes later, too."""
    harness = Harness()
    harness.join("town", replace(TRAITS, poll=10 * MINUTE))
    keep(harness, "1", at=harness.clock.now())
    made = voice(harness, same)
    recheck(harness, after=9 * MINUTE)
    assert made.asked == []
    recheck(harness)
    assert len(made.asked) == 1


def test_many_are_looked_at_in_batches(harness):
    """However many are due, they are asked for some at a time, all within a few steps."""
    names = [f"e{number:04}" for number in range(BATCH * (MOST_BATCHES + 1))]
    keep(harness, *names)
    made = voice(harness, same)
    recheck(harness)
    assert [len(asked) for asked in made.asked] == [BATCH] * MOST_BATCHES
    recheck(harness, after=timedelta(0))
    assert sorted(one for asked in made.asked for one in asked) == names


def test_some_cannot_be_looked_at(harness):
    """What could not be looked at this time is neither gone nor checked, and comes first then."""
    keep(harness, "1", "2", "3")
    made = voice(harness, lambda ids: same(ids[:1]))
    recheck(harness)
    checked = {one.remote_id: one.checked_at for one in log(harness)}
    assert checked["1"] > checked["2"] == checked["3"]
    recheck(harness, after=timedelta(0))
    assert made.asked == [["1", "2", "3"], ["2", "3"]]
    assert all(one.is_legible for one in log(harness))


def test_those_that_never_can_be_looked_at_stand_in_nobodys_way(harness):
    """A batch of which nothing was seen waits an hour, so that the others have their turn."""
    keep(harness, *[f"a{number:02}" for number in range(BATCH)], "b")
    made = voice(harness, unseen)
    recheck(harness)
    made.answer = same
    recheck(harness)
    assert made.asked[1] == ["b"]
    recheck(harness, after=UNSEEN)
    assert len(made.asked[2]) == BATCH


def test_one_that_the_network_cannot_show_stands_in_nobodys_way(harness):
    """What fails by itself waits an hour; the others are looked at as ever."""
    keep(harness, "1", "2")
    made = voice(harness, lambda ids: replace(same(ids[1:]), failed=frozenset(ids[:1])))
    recheck(harness)
    recheck(harness)
    made.answer = same
    recheck(harness, after=UNSEEN)
    assert [asked.count("1") for asked in made.asked] == [1, 0, 1]


def test_a_network_that_fails_is_left_alone_for_a_while(harness):
    """After a failure nothing is asked for some minutes, it is said once, and nothing is erased."""
    keep(harness, "1")
    made = voice(harness, RetryLater("down", "it is tried again"))
    with capture_logs() as lines:
        recheck(harness)
        recheck(harness)
    assert [len(made.asked), [line["event"] for line in lines]] == [1, ["cannot_look"]]
    recheck(harness, after=REST)
    assert len(made.asked) == 2
    assert log(harness)[0].is_legible


def test_one_transaction_a_batch(harness):
    """A batch that cannot be kept whole is not kept at all, and is looked at again."""
    keep(harness, "1", "2")
    broken = entry("2", text="changed")
    object.__setattr__(broken, "visibility", None)
    made = voice(harness, lambda ids: Checked(entries=(entry("1", text="changed"), broken)))
    with pytest.raises(AttributeError):
        recheck(harness)
    assert [one.text for one in log(harness)] == [entry("1").text, entry("2").text]
    made.answer = same
    recheck(harness, after=timedelta(0))
    assert made.asked[1] == ["1", "2"]


def test_an_account_that_moved(harness):
    """On another server only what was heard there is looked at: the rest is not gone for that."""
    keep(harness, "old")
    made = voice(harness, same)
    there = harness.account()
    harness.rechecker.step(there)
    here = replace(there, options={"server": "https://new.test.net"})
    harness.clock.advance(MINUTE)
    harness.rechecker.step(here)
    keep(harness, "new")
    harness.clock.advance(MINUTE)
    harness.rechecker.step(here)
    assert made.asked == [["new"]]


def test_money():
    """What looking costs is paid, and when the month's money is used up, nothing is asked."""
    harness = Harness(config=config(accounts=(account(monthly_budget=Decimal(1)),)))
    keep(harness, "1")
    made = voice(harness, lambda ids: replace(same(ids), cost=Decimal(2)))
    recheck(harness)
    recheck(harness, after=HOUR)
    assert len(made.asked) == 1
    with harness.store.reading() as tx:
        assert tx.accounts.spent("town", harness.clock.now()) == Decimal(2)


def test_an_account_without_the_door(harness):
    """Where a network cannot be asked that way, the step does nothing."""
    keep(harness, "1")
    harness.platforms["town"] = None
    assert recheck(harness) == 0


def test_what_costs_is_looked_at_when_it_has_to_be():
    """Where words stay fresh for a day, a look is paid for just before they would be withheld."""
    harness = Harness(config=config(accounts=(account(fresh_days=3),)))
    harness.join("town", replace(TRAITS, fresh_for=DAY))
    listen(harness, "I disagree.")
    asked = voice(harness, same)
    with harness.store.reading() as tx:
        (heard,) = tx.log.entries()
    for _ in range(100):
        recheck(harness, HOUR)
    assert len(asked.asked) == 2
    with harness.store.reading() as tx:
        (seen,) = tx.log.entries()
        assert tx.log.due_checks("town", harness.clock.now() + 90 * DAY, 9) == []
    assert seen.checked_at is not None
    assert heard.checked_at is not None
    assert seen.checked_at - heard.checked_at > 46 * HOUR
