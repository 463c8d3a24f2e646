"""Delivering: the intent before, the outcome after, and whatever holds a post back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from structlog.testing import capture_logs

from bot.app.posting.by_hand.resolve import send_again
from bot.app.posting.holds import PROBE, hold_account
from bot.core.errors import Duplicate, OutcomeUnknown, RetryLater, Unauthorised
from bot.core.model.capabilities import Idempotency
from bot.core.model.config import Config
from bot.core.model.delivery import State
from bot.core.model.lookup import LEASE, Absent, Found
from tests.app.harness import EIGHT, PRICES, Harness, with_site
from tests.clock import FakeClock
from tests.contract.memory import TRAITS
from tests.core.samples import HOUR, MINUTE, account, config, post, receipt

DAY = timedelta(days=1)


def on(**changes) -> Config:
    """A bot with one account that has these settings."""
    return config(accounts=(account(**changes),))


def test_the_intent_is_written_before_the_request(harness):
    """While the request is on its way the claim is committed, and nothing keeps others from writing."""
    seen = []

    def look(post):
        seen.append(harness.get())
        with harness.store.writing() as tx:
            tx.notes.put("while", "sending", harness.clock.now())
        return receipt(at=EIGHT)

    harness.script(look)
    harness.put()
    assert harness.deliver() == 1
    (during,) = seen
    assert (during.state, during.owner, during.attempt) == (State.SENDING, "me", 1)
    assert (during.sent_at, during.lease_until) == (EIGHT, EIGHT + LEASE)


def test_the_outcome_is_written_after_it(harness):
    """What the network answered is recorded, and the post is sent exactly as it was frozen."""
    frozen = harness.put().post
    network = harness.script(receipt(at=EIGHT))
    harness.deliver()
    done = harness.get()
    assert (done.state, done.receipt, done.lease_until) == (State.POSTED, receipt(at=EIGHT), None)
    assert network.sent == [frozen]
    assert harness.deliver(after=DAY) == 0


def test_all_that_is_due_goes_in_its_order(harness):
    """Several deliveries go one after the other, the oldest due first, and none before its moment."""
    for name, wait in (("Second", MINUTE), ("First", 0 * MINUTE)):
        harness.put(slot=name, due=EIGHT + wait, post=post(key=name, text=f"{name}."))
    harness.put(slot="Third", not_before=EIGHT + HOUR)
    assert harness.deliver() == 2
    assert harness.texts() == ["First.", "Second."]


def test_posts_keep_their_gap():
    """Two posts that are due together come a gap apart; one by hand waits for nobody."""
    harness = Harness(config=on(gap=10 * MINUTE))
    for name in ("s/1", "s/2"):
        harness.put(slot=name)
    assert harness.deliver() == 1
    assert harness.deliver(after=9 * MINUTE) == 0
    assert harness.get(2).reason == "posts on this account keep a gap of 10 minutes"
    harness.put(slot="post/now", by_hand=True)
    assert harness.deliver() == 1
    assert harness.states() == [State.POSTED, State.PLANNED, State.POSTED]
    assert [harness.deliver(after=9 * MINUTE), harness.deliver(after=MINUTE)] == [0, 1]


def test_the_budget_holds():
    """A post that this month's money does not cover waits, and goes in the next month."""
    harness = Harness(config=on(monthly_budget=Decimal("1.00")))
    harness.join("town", replace(TRAITS, prices=PRICES))
    month = timedelta(days=31)
    for name in ("s/1", "s/2"):
        harness.put(slot=name, deadline=EIGHT + 2 * month)
    assert harness.deliver() == 1
    reason = harness.get(2).reason
    assert reason is not None
    assert "over this month's budget: it costs $0.60, and $0.60 of $1.00 are spent" in reason
    assert harness.deliver(after=month) == 1


def test_after_too_many_nothing_is_sent_before_the_reset(harness):
    """A network's limit holds for the account: no other post is tried, also after a restart."""
    network = harness.script(RetryLater("slow down", after=10 * MINUTE), *[receipt(at=EIGHT)] * 3)
    for number in range(3):
        harness.put(slot=f"s/{number}")
    assert harness.deliver() == 1
    harness.clock.advance(9 * MINUTE)
    assert harness.deliverer("another").step(harness.config, harness.account()) == 0
    assert "takes no more posts before 2026-03-02 08:10 UTC" in (harness.get(2).reason or "")
    assert (harness.get(2).attempt, len(network.sent)) == (0, 1)
    assert harness.deliver(after=MINUTE) == 3
    assert harness.states() == [State.POSTED] * 3


@pytest.mark.parametrize("after", [None, 5 * DAY], ids=["no time", "a clock that ran ahead"])
def test_a_limit_without_end_is_none(harness, after):
    """What says no time, or one that only a wrong clock can have set, keeps nothing else back."""
    harness.script(RetryLater("slow down", after=after), receipt(at=EIGHT))
    for number in range(2):
        harness.put(slot=f"s/{number}")
    assert harness.deliver() == 2
    assert harness.states() == [State.PLANNED, State.POSTED]


def test_a_limit_that_began_while_the_clock_ran_ahead(harness):
    """A limit that a clock noted a day ahead of its time does not outlast the clock's correction."""
    network = harness.script(RetryLater("slow down", after=5 * MINUTE), *[receipt(at=EIGHT)] * 2)
    harness.put(slot="s/1", deadline=EIGHT + 3 * DAY)
    assert harness.deliver(after=25 * HOUR) == 1
    harness.clock.advance(-25 * HOUR)
    harness.put(slot="s/2")
    assert harness.deliver() == 1
    assert len(network.sent) == 2


def test_what_may_have_been_posted_is_paid_for():
    """Money is counted for what was posted and for what may have been, not for what was not."""
    harness = Harness(config=on())
    harness.join("town", replace(TRAITS, prices=PRICES))
    harness.script(receipt(), OutcomeUnknown("?"), RetryLater("no"), Duplicate("have it"))
    for number in range(4):
        harness.put(slot=f"s/{number}")
    harness.deliver()
    with harness.store.reading() as tx:
        assert tx.accounts.spent("town", EIGHT) == Decimal("1.20")


def test_a_post_waits_for_its_page():
    """A post that points at the tip's page is held until the site has it."""
    harness = Harness(config=with_site())
    harness.plan()
    harness.plan(HOUR)
    assert harness.deliver() == 0
    assert harness.get(1).reason == "its page is not on the site yet"
    assert [harness.deliver("site"), harness.deliver()] == [1, 1]
    assert harness.states() == [State.POSTED, State.POSTED]


def test_without_its_page_it_is_missed():
    """Where the site cannot be posted to in time, the post ends as missed, with that reason."""
    harness = Harness(config=with_site())
    harness.networks["site"].refuse_next()
    harness.work(4 * HOUR)
    assert harness.states() == [State.MISSED, State.REFUSED]
    reason = harness.get(1).reason
    assert reason is not None
    assert "it waited because: its page is not on the site yet" in reason


def test_a_paused_account_waits(harness):
    """Nothing goes out on a paused account, and all that is still in time when it is resumed."""
    harness.put()
    harness.pause("town", None, EIGHT)
    assert harness.deliver(after=HOUR) == 0
    assert harness.get().reason == "paused by the operator"
    harness.resume("town")
    assert harness.deliver() == 1


def test_the_deadline_ends_it(harness):
    """A delivery goes out up to its deadline; after that it is missed and says what it waited for."""
    harness.put(slot="s/1")
    harness.put(slot="s/2", account="elsewhere")
    harness.networks["town"].go_down()
    assert harness.deliver(after=2 * HOUR) == 1
    assert harness.get(1).state is State.PLANNED
    harness.networks["town"].come_back()
    assert harness.deliver(after=2 * MINUTE) == 0
    assert harness.get(1).state is State.MISSED
    assert "it waited because: Memory cannot be reached" in str(harness.get(1).reason)
    assert harness.get(2).state is State.PLANNED


def test_not_sent_is_tried_again(harness):
    """What was proven unsent is tried again a minute later, with the same words."""
    harness.put()
    harness.networks["town"].go_down()
    assert [harness.deliver(), harness.deliver(after=MINUTE / 2)] == [1, 0]
    assert (harness.get().state, harness.get().sent_at) == (State.PLANNED, None)
    harness.networks["town"].come_back()
    assert harness.deliver(after=MINUTE / 2) == 1
    assert (harness.get().state, harness.get().attempt) == (State.POSTED, 2)


def test_a_refusal_is_final(harness):
    """What the network does not want is not sent again, and says what to do."""
    harness.put()
    harness.networks["town"].refuse_next()
    harness.deliver()
    harness.deliver(after=HOUR)
    assert (harness.get().state, harness.get().attempt) == (State.REFUSED, 1)
    assert harness.get().reason == "Memory does not want this post; change the tip's words"


def test_a_revoked_token_holds_the_account(harness):
    """Refused credentials hold the account, are tried again after a while, and lose nothing."""
    for name in ("s/1", "s/2"):
        harness.put(slot=name)
    harness.networks["town"].revoke()
    assert [harness.deliver(), harness.deliver(after=PROBE - MINUTE)] == [1, 0]
    assert harness.states() == [State.PLANNED, State.PLANNED]
    with harness.store.reading() as tx:
        pause = tx.accounts.pauses(harness.clock.now())["account:town"]
    assert (pause.by_operator, pause.until) == (False, EIGHT + PROBE)
    assert pause.reason == "Memory does not accept the token; make a new one"
    assert harness.deliver(after=MINUTE) == 1
    harness.networks["town"].restore()
    assert harness.deliver(after=PROBE) == 2


def test_what_nobody_classified_is_unsure(harness):
    """An error that no adapter may let through is taken for an unknown outcome, not for a failure."""
    harness.put()
    harness.script(KeyError("id"))
    harness.deliver()
    assert harness.get().state is State.UNSURE
    assert harness.get().reason == "an unexpected KeyError while posting"


def test_an_account_without_a_door(harness):
    """An account that cannot post keeps its deliveries until their deadline ends them."""
    harness.put()
    del harness.platforms["town"]
    assert [harness.deliver(), harness.deliver(after=3 * HOUR)] == [0, 0]
    assert harness.states() == [State.MISSED]


def test_a_crash_in_the_middle(harness):
    """What a dead owner left between intent and outcome is unsure after its lease, and looked for."""
    harness.put()
    harness.script(SystemExit())
    with pytest.raises(SystemExit):
        harness.deliver()
    assert harness.get().state is State.SENDING
    assert harness.deliver(after=LEASE - MINUTE) == 0
    assert harness.get().state is State.SENDING
    network = harness.script(looks=[Found(receipt=receipt(at=EIGHT))])
    assert harness.deliver(after=MINUTE) == 0
    assert harness.get().state is State.UNSURE
    harness.settle()
    assert (harness.get().state, harness.get().receipt) == (State.POSTED, receipt(at=EIGHT))
    assert network.sent == []


def test_nothing_else_goes_meanwhile(harness):
    """While one post is on its way the next one on that account waits."""
    harness.put(slot="s/1")
    harness.put(slot="s/2")
    harness.script(SystemExit())
    with pytest.raises(SystemExit):
        harness.deliver()
    assert harness.deliver() == 0
    assert harness.get(2).reason == "another post is being sent on this account"


def test_a_late_answer_is_recorded(harness):
    """An answer that comes after its owner was given up for dead is not lost."""
    harness.put()

    def slow(post):
        harness.clock.advance(LEASE)
        harness.deliverer("another").step(harness.config, harness.account())
        assert harness.get().state is State.UNSURE
        return receipt(at=EIGHT)

    harness.script(slow)
    harness.deliver()
    done = harness.get()
    assert (done.state, done.receipt) == (State.POSTED, receipt(at=EIGHT))
    assert done.reason == "the answer came late"


def test_a_late_failure_changes_nothing(harness):
    """Only a late post is believed: a late error leaves the delivery to those who look for it."""
    harness.put()

    def slow(post):
        harness.clock.advance(LEASE)
        harness.deliverer("another").step(harness.config, harness.account())
        raise RetryLater("refused the connection")

    harness.script(slow)
    harness.deliver()
    assert harness.get().state is State.UNSURE


def test_a_late_refusal_of_the_credentials_holds_no_account(harness):
    """What a network says of a request that is as old as a lease says nothing of the keys of today."""
    harness.put()

    def slow(post):
        harness.clock.advance(LEASE)
        harness.deliverer("another").step(harness.config, harness.account())
        raise Unauthorised("the signature is too old")

    harness.script(slow)
    harness.deliver()
    with harness.store.reading() as tx:
        assert tx.accounts.pauses(harness.clock.now()) == {}


class SlowClock(FakeClock):
    """A clock on which so much time passes between two looks."""

    def __init__(self, span):
        super().__init__(EIGHT)
        self.span = span

    def now(self):
        return self.advance(self.span)


@pytest.mark.parametrize(("span", "posts"), [(LEASE / 2, 1), (LEASE, 0)])
def test_a_frozen_owner_does_not_send(harness, span, posts):
    """Whoever wakes up after its lease has ended does not send: another may have taken over."""
    harness.put(deadline=EIGHT + DAY)
    deliverer = harness.deliverer("sleepy", SlowClock(span))
    deliverer.step(harness.config, harness.account())
    assert len(harness.texts()) == posts


def test_racing_deliverers_send_once(database):
    """However many deliver on one account at the same moment, each post is sent once."""
    harness = Harness(config=on(), database=database)
    harness.join("town", replace(TRAITS, idempotency=Idempotency.NONE))
    for number in range(8):
        harness.put(slot=f"s/{number}", post=post(key=str(number), text=f"Tip {number}."))
    start = Barrier(4)

    def run(owner):
        start.wait(10)
        for _ in range(8):
            harness.deliverer(owner).step(harness.config, harness.account())

    threads = [Thread(target=run, args=(f"owner {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    harness.deliver()
    assert sorted(harness.texts()) == [f"Tip {number}." for number in range(8)]
    assert {one.attempt for one in harness.deliveries()} == {1}


def test_an_early_answer_finds_its_tip(harness):
    """What was answered before the post was recorded joins its tip at that moment."""
    harness.put()

    def answered(post):
        made = harness.networks["town"].take(post)
        harness.networks["town"].say("I disagree.", reply_to=made.id)
        heard = house_platform.poll(None).entries
        with harness.store.writing() as tx:
            for entry in heard:
                tx.log.keep(entry, EIGHT)
        return receipt(made.id, EIGHT)

    house_platform = harness.platforms["town"]
    harness.script(answered)
    harness.deliver()
    with harness.store.reading() as tx:
        assert [one.tip for one in tx.log.entries()] == ["listen"]


def test_deliveries_of_a_removed_account_come_to_an_end(harness):
    """What was being sent on an account that left the file is unsure, what waited is missed."""
    harness.put(slot="s/1")
    harness.put(slot="s/2")
    harness.script(SystemExit())
    with pytest.raises(SystemExit):
        harness.deliver()
    empty = config(accounts=(account(name="elsewhere"),))
    harness.clock.advance(3 * HOUR)
    harness.deliverer().end_orphans(empty)
    assert harness.states() == [State.UNSURE, State.MISSED]


def test_the_operators_pause_is_not_overwritten(harness):
    """A token refused while the operator's pause is in force does not shorten that pause."""
    harness.put()

    def refuse(post):
        harness.pause("town", None, harness.clock.now())
        raise Unauthorised("no")

    harness.script(refuse)
    harness.deliver()
    with harness.store.reading() as tx:
        assert tx.accounts.pauses(EIGHT)["account:town"].by_operator


def test_a_repeat_is_paid_once():
    """A post that is sent again because nobody saw it arrive costs its price once."""
    harness = Harness(config=on(monthly_budget=Decimal("1.00")))
    harness.join("town", replace(TRAITS, prices=PRICES, idempotency=Idempotency.SAME_TEXT))
    harness.networks["town"].lose_next_request()
    harness.put()
    harness.work(HOUR)
    with harness.store.reading() as tx:
        assert tx.accounts.spent("town", harness.clock.now()) == PRICES.post
    assert harness.states() == [State.POSTED]


def test_a_late_answer_proves_a_post_whatever_was_thought_of_it(harness):
    """An answer that comes when the delivery was planned again is recorded, not forgotten."""
    harness.put()

    def answer(post):
        harness.clock.advance(LEASE)
        harness.deliverer("another").step(harness.config, harness.account())
        unsure = harness.get()
        with harness.store.writing() as tx:
            tx.ledger.move(unsure, replace(unsure, state=State.PLANNED), harness.clock.now())
        return receipt(at=EIGHT)

    harness.script(answer)
    harness.deliver()
    assert (harness.get().state, harness.get().reason) == (State.POSTED, "the answer came late")


def test_a_late_answer_to_an_older_attempt_changes_nothing(harness):
    """An answer that outlives its own attempt says nothing of the next one, which has its own."""
    harness.put()

    def slow(post):
        harness.clock.advance(LEASE)
        another = harness.deliverer("another")
        another.step(harness.config, harness.account())
        harness.write(send_again, 1, harness.clock.now())
        another.step(harness.config, harness.account())
        return receipt("late")

    harness.script(slow, receipt("second"))
    harness.deliver()
    done = harness.get()
    assert (done.state, done.attempt, done.receipt) == (State.POSTED, 2, receipt("second"))


def test_an_account_that_is_held_stays_held(harness):
    """While the secrets are refused, each new refusal holds the account for longer, and is told once."""
    harness.script(Unauthorised("no"), Unauthorised("still no"))
    harness.put(slot="s/1")
    harness.deliver()
    harness.put(slot="s/2")
    with harness.store.writing() as tx, capture_logs() as logs:
        hold_account(tx, harness.account(), Unauthorised("still no"), harness.clock.advance(MINUTE))
        (pause,) = tx.accounts.pauses(harness.clock.now()).values()
    assert (pause.reason, pause.since, logs) == ("still no", harness.clock.now(), [])


def test_those_who_are_looked_after_are_no_orphans(harness):
    """What waits on an account in the file is left to that account's own step."""
    harness.put(deadline=EIGHT)
    harness.clock.advance(HOUR)
    harness.deliverer().end_orphans(harness.config)
    assert harness.states() == [State.PLANNED]
    harness.deliver()
    assert harness.states() == [State.MISSED]


def test_a_post_of_no_tip_joins_no_thread(harness):
    """Words that belong to no tip are posted like any others, and nothing is adopted by them."""
    harness.put(tip=None)
    harness.deliver()
    assert harness.states() == [State.POSTED]
    with harness.store.reading() as tx:
        assert tx.log.entries() == []


HOLDERS = "lock here "


def died(harness, owner, **changes):
    """A claim that its owner never settled."""
    harness.put(**changes)
    harness.script(SystemExit())
    with pytest.raises(SystemExit):
        harness.deliverer(owner).step(harness.config, harness.account())


@pytest.mark.parametrize(
    ("owner", "state"),
    [
        ("lock here 7:aa", State.UNSURE),
        ("lock here 1:bb", State.UNSURE),
        ("lock here 9:cc", State.SENDING),
        ("lock there 7:aa", State.SENDING),
        ("here:7", State.SENDING),
        ("here:7:aa", State.SENDING),
        ("lock here", State.SENDING),
        ("LOCK HERE 7:aa", State.SENDING),
        ("lock_here 7:aa", State.SENDING),
    ],
)
def test_only_claims_of_the_proven_dead_are_given_up_before_their_lease(harness, owner, state):
    """The holder of the lock calls unsure what earlier holders left, and no claim of anybody else."""
    died(harness, owner)
    harness.deliverer("lock here 9:cc", dead=HOLDERS).recover(harness.config)
    assert harness.get().state is state


def test_who_does_not_hold_the_lock_gives_nothing_up(harness):
    """A command that runs beside a bot waits for the lease, whoever the owner was."""
    died(harness, "lock here 7:aa")
    harness.deliverer("here:8:dd").recover(harness.config)
    assert harness.get().state is State.SENDING


def test_what_the_dead_left_is_looked_for_at_once_and_then_as_after_a_lost_answer(harness):
    """The first look comes without a wait, the second after the network's gap; nothing is sent."""
    traits = replace(TRAITS, looks=2, look_gap=MINUTE, idempotency=Idempotency.NONE)
    harness.join("town", traits)
    died(harness, "lock here 7:aa")
    harness.deliverer("lock here 9:cc", dead=HOLDERS).recover(harness.config)
    network = harness.script(looks=[Absent(), Found(receipt=receipt(at=EIGHT))])
    assert [harness.settle(), harness.settle(), harness.settle(after=MINUTE)] == [1, 0, 1]
    assert (harness.get().state, network.sent) == (State.POSTED, [])


def test_the_next_post_goes_as_soon_as_the_claim_is_given_up(harness):
    """An account rests for no lease of the dead."""
    died(harness, "lock here 7:aa", slot="s/1")
    harness.put(slot="s/2")
    deliverer = harness.deliverer("lock here 9:cc", dead=HOLDERS)
    deliverer.recover(harness.config)
    harness.script(receipt())
    assert deliverer.step(harness.config, harness.account()) == 1
    assert harness.states() == [State.UNSURE, State.POSTED]


def test_a_claim_of_the_dead_is_paid_once():
    """What may have been posted costs its price, and costs nothing more at the next restart."""
    harness = Harness(config=on(monthly_budget=Decimal("1.00")))
    harness.join("town", replace(TRAITS, prices=PRICES))
    died(harness, "lock here 7:aa")
    for number in range(3):
        harness.deliverer(f"lock here {number}:cc", dead=HOLDERS).recover(harness.config)
    with harness.store.reading() as tx:
        assert tx.accounts.spent("town", harness.clock.now()) == PRICES.post


def test_the_dead_of_an_account_that_left_the_file(harness):
    """Their claims are given up as well, whatever they may have cost."""
    died(harness, "lock here 7:aa")
    empty = config(accounts=(account(name="elsewhere"),))
    harness.deliverer("lock here 9:cc", dead=HOLDERS).recover(empty)
    assert harness.get().state is State.UNSURE


def test_a_late_answer_after_the_claim_was_given_up_is_recorded(harness):
    """Even if the dead were alive, the post that they made is not lost, and not made again."""
    harness.put()

    def slow(post):
        harness.deliverer("lock here 9:cc", dead=HOLDERS).recover(harness.config)
        assert harness.get().state is State.UNSURE
        return receipt(at=EIGHT)

    harness.script(slow)
    harness.deliverer("lock here 7:aa").step(harness.config, harness.account())
    assert (harness.get().state, harness.get().reason) == (State.POSTED, "the answer came late")
