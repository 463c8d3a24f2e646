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
from bot.core.ports.platform import LEASE, Absent, Found
from tests.app.harness import EIGHT, PRICES, House, with_site
from tests.clock import FakeClock
from tests.contract.memory import TRAITS
from tests.core.samples import HOUR, MINUTE, account, config, post, receipt

DAY = timedelta(days=1)


def on(**changes) -> Config:
    """A bot with one account that has these settings."""
    return config(accounts=(account(**changes),))


def test_the_intent_is_written_before_the_request(house):
    """While the request is on its way the claim is committed, and nothing keeps others from writing."""
    seen = []

    def look(post):
        seen.append(house.get())
        with house.store.writing() as tx:
            tx.notes.put("while", "sending", house.clock.now())
        return receipt(at=EIGHT)

    house.script(look)
    house.put()
    assert house.deliver() == 1
    (during,) = seen
    assert (during.state, during.owner, during.attempt) == (State.SENDING, "me", 1)
    assert (during.sent_at, during.lease_until) == (EIGHT, EIGHT + LEASE)


def test_the_outcome_is_written_after_it(house):
    """What the network answered is recorded, and the post is sent exactly as it was frozen."""
    frozen = house.put().post
    network = house.script(receipt(at=EIGHT))
    house.deliver()
    done = house.get()
    assert (done.state, done.receipt, done.lease_until) == (State.POSTED, receipt(at=EIGHT), None)
    assert network.sent == [frozen]
    assert house.deliver(after=DAY) == 0


def test_all_that_is_due_goes_in_its_order(house):
    """Several deliveries go one after the other, the oldest due first, and none before its moment."""
    for name, wait in (("Second", MINUTE), ("First", 0 * MINUTE)):
        house.put(slot=name, due=EIGHT + wait, post=post(key=name, text=f"{name}."))
    house.put(slot="Third", not_before=EIGHT + HOUR)
    assert house.deliver() == 2
    assert house.texts() == ["First.", "Second."]


def test_posts_keep_their_gap():
    """Two posts that are due together come a gap apart; one by hand waits for nobody."""
    house = House(config=on(gap=10 * MINUTE))
    for name in ("s/1", "s/2"):
        house.put(slot=name)
    assert house.deliver() == 1
    assert house.deliver(after=9 * MINUTE) == 0
    assert house.get(2).reason == "posts on this account keep a gap of 10 minutes"
    house.put(slot="post/now", by_hand=True)
    assert house.deliver() == 1
    assert house.states() == [State.POSTED, State.PLANNED, State.POSTED]
    assert [house.deliver(after=9 * MINUTE), house.deliver(after=MINUTE)] == [0, 1]


def test_the_budget_holds():
    """A post that this month's money does not cover waits, and goes in the next month."""
    house = House(config=on(monthly_budget=Decimal("1.00")))
    house.join("town", replace(TRAITS, prices=PRICES))
    month = timedelta(days=31)
    for name in ("s/1", "s/2"):
        house.put(slot=name, deadline=EIGHT + 2 * month)
    assert house.deliver() == 1
    reason = house.get(2).reason
    assert reason is not None
    assert "it costs $0.60, and $0.60 of this month's $1.00 are spent" in reason
    assert house.deliver(after=month) == 1


def test_after_too_many_nothing_is_sent_before_the_reset(house):
    """A network's limit holds for the account: no other post is tried, also after a restart."""
    network = house.script(RetryLater("slow down", after=10 * MINUTE), *[receipt(at=EIGHT)] * 3)
    for number in range(3):
        house.put(slot=f"s/{number}")
    assert house.deliver() == 1
    house.clock.advance(9 * MINUTE)
    assert house.deliverer("another").step(house.config, house.account()) == 0
    assert "takes no more posts before 2026-03-02 08:10 UTC" in (house.get(2).reason or "")
    assert (house.get(2).attempt, len(network.sent)) == (0, 1)
    assert house.deliver(after=MINUTE) == 3
    assert house.states() == [State.POSTED] * 3


@pytest.mark.parametrize("after", [None, 5 * DAY], ids=["no time", "a clock that ran ahead"])
def test_a_limit_without_end_is_none(house, after):
    """What says no time, or one that only a wrong clock can have set, keeps nothing else back."""
    house.script(RetryLater("slow down", after=after), receipt(at=EIGHT))
    for number in range(2):
        house.put(slot=f"s/{number}")
    assert house.deliver() == 2
    assert house.states() == [State.PLANNED, State.POSTED]


def test_what_may_have_been_posted_is_paid_for():
    """Money is counted for what was posted and for what may have been, not for what was not."""
    house = House(config=on())
    house.join("town", replace(TRAITS, prices=PRICES))
    house.script(receipt(), OutcomeUnknown("?"), RetryLater("no"), Duplicate("have it"))
    for number in range(4):
        house.put(slot=f"s/{number}")
    house.deliver()
    with house.store.reading() as tx:
        assert tx.accounts.spent("town", EIGHT) == Decimal("1.20")


def test_a_post_waits_for_its_page():
    """A post that points at the tip's page is held until the site has it."""
    house = House(config=with_site())
    house.plan()
    house.plan(HOUR)
    assert house.deliver() == 0
    assert house.get(1).reason == "its page is not on the site yet"
    assert [house.deliver("site"), house.deliver()] == [1, 1]
    assert house.states() == [State.POSTED, State.POSTED]


def test_without_its_page_it_is_missed():
    """Where the site cannot be posted to in time, the post ends as missed, with that reason."""
    house = House(config=with_site())
    house.networks["site"].refuse_next()
    house.work(4 * HOUR)
    assert house.states() == [State.MISSED, State.REFUSED]
    reason = house.get(1).reason
    assert reason is not None
    assert "it waited because: its page is not on the site yet" in reason


def test_a_paused_account_waits(house):
    """Nothing goes out on a paused account, and all that is still in time when it is resumed."""
    house.put()
    house.pause("town", None, EIGHT)
    assert house.deliver(after=HOUR) == 0
    assert house.get().reason == "paused by the operator"
    house.resume("town")
    assert house.deliver() == 1


def test_the_deadline_ends_it(house):
    """A delivery goes out up to its deadline; after that it is missed and says what it waited for."""
    house.put(slot="s/1")
    house.put(slot="s/2", account="elsewhere")
    house.networks["town"].go_down()
    assert house.deliver(after=2 * HOUR) == 1
    assert house.get(1).state is State.PLANNED
    house.networks["town"].come_back()
    assert house.deliver(after=2 * MINUTE) == 0
    assert house.get(1).state is State.MISSED
    assert "it waited because: Memory cannot be reached" in str(house.get(1).reason)
    assert house.get(2).state is State.PLANNED


def test_not_sent_is_tried_again(house):
    """What was proven unsent is tried again a minute later, with the same words."""
    house.put()
    house.networks["town"].go_down()
    assert [house.deliver(), house.deliver(after=MINUTE / 2)] == [1, 0]
    assert (house.get().state, house.get().sent_at) == (State.PLANNED, None)
    house.networks["town"].come_back()
    assert house.deliver(after=MINUTE / 2) == 1
    assert (house.get().state, house.get().attempt) == (State.POSTED, 2)


def test_a_refusal_is_final(house):
    """What the network does not want is not sent again, and says what to do."""
    house.put()
    house.networks["town"].refuse_next()
    house.deliver()
    house.deliver(after=HOUR)
    assert (house.get().state, house.get().attempt) == (State.REFUSED, 1)
    assert house.get().reason == "Memory does not want this post; change the tip's words"


def test_a_revoked_token_holds_the_account(house):
    """Refused credentials hold the account, are tried again after a while, and lose nothing."""
    for name in ("s/1", "s/2"):
        house.put(slot=name)
    house.networks["town"].revoke()
    assert [house.deliver(), house.deliver(after=PROBE - MINUTE)] == [1, 0]
    assert house.states() == [State.PLANNED, State.PLANNED]
    with house.store.reading() as tx:
        pause = tx.accounts.pauses(house.clock.now())["account:town"]
    assert (pause.by_operator, pause.until) == (False, EIGHT + PROBE)
    assert pause.reason == "Memory does not accept the token; make a new one"
    assert house.deliver(after=MINUTE) == 1
    house.networks["town"].restore()
    assert house.deliver(after=PROBE) == 2


def test_what_nobody_classified_is_unsure(house):
    """An error that no adapter may let through is taken for an unknown outcome, not for a failure."""
    house.put()
    house.script(KeyError("id"))
    house.deliver()
    assert house.get().state is State.UNSURE
    assert house.get().reason == "an unexpected KeyError while posting"


def test_an_account_without_a_door(house):
    """An account that cannot post keeps its deliveries until their deadline ends them."""
    house.put()
    del house.platforms["town"]
    assert [house.deliver(), house.deliver(after=3 * HOUR)] == [0, 0]
    assert house.states() == [State.MISSED]


def test_a_crash_in_the_middle(house):
    """What a dead owner left between intent and outcome is unsure after its lease, and looked for."""
    house.put()
    house.script(SystemExit())
    with pytest.raises(SystemExit):
        house.deliver()
    assert house.get().state is State.SENDING
    assert house.deliver(after=LEASE - MINUTE) == 0
    assert house.get().state is State.SENDING
    network = house.script(looks=[Found(receipt=receipt(at=EIGHT))])
    assert house.deliver(after=MINUTE) == 0
    assert house.get().state is State.UNSURE
    house.settle()
    assert (house.get().state, house.get().receipt) == (State.POSTED, receipt(at=EIGHT))
    assert network.sent == []


def test_nothing_else_goes_meanwhile(house):
    """While one post is on its way the next one on that account waits."""
    house.put(slot="s/1")
    house.put(slot="s/2")
    house.script(SystemExit())
    with pytest.raises(SystemExit):
        house.deliver()
    assert house.deliver() == 0
    assert house.get(2).reason == "another post is being sent on this account"


def test_a_late_answer_is_recorded(house):
    """An answer that comes after its owner was given up for dead is not lost."""
    house.put()

    def slow(post):
        house.clock.advance(LEASE)
        house.deliverer("another").step(house.config, house.account())
        assert house.get().state is State.UNSURE
        return receipt(at=EIGHT)

    house.script(slow)
    house.deliver()
    done = house.get()
    assert (done.state, done.receipt) == (State.POSTED, receipt(at=EIGHT))
    assert done.reason == "the answer came late"


def test_a_late_failure_changes_nothing(house):
    """Only a late post is believed: a late error leaves the delivery to those who look for it."""
    house.put()

    def slow(post):
        house.clock.advance(LEASE)
        house.deliverer("another").step(house.config, house.account())
        raise RetryLater("refused the connection")

    house.script(slow)
    house.deliver()
    assert house.get().state is State.UNSURE


def test_a_late_refusal_of_the_credentials_holds_no_account(house):
    """What a network says of a request that is as old as a lease says nothing of the keys of today."""
    house.put()

    def slow(post):
        house.clock.advance(LEASE)
        house.deliverer("another").step(house.config, house.account())
        raise Unauthorised("the signature is too old")

    house.script(slow)
    house.deliver()
    with house.store.reading() as tx:
        assert tx.accounts.pauses(house.clock.now()) == {}


class SlowClock(FakeClock):
    """A clock on which so much time passes between two looks."""

    def __init__(self, span):
        super().__init__(EIGHT)
        self.span = span

    def now(self):
        return self.advance(self.span)


@pytest.mark.parametrize(("span", "posts"), [(LEASE / 2, 1), (LEASE, 0)])
def test_a_frozen_owner_does_not_send(house, span, posts):
    """Whoever wakes up after its lease has ended does not send: another may have taken over."""
    house.put(deadline=EIGHT + DAY)
    deliverer = house.deliverer("sleepy", SlowClock(span))
    deliverer.step(house.config, house.account())
    assert len(house.texts()) == posts


def test_racing_deliverers_send_once(database):
    """However many deliver on one account at the same moment, each post is sent once."""
    house = House(config=on(), database=database)
    house.join("town", replace(TRAITS, idempotency=Idempotency.NONE))
    for number in range(8):
        house.put(slot=f"s/{number}", post=post(key=str(number), text=f"Tip {number}."))
    start = Barrier(4)

    def run(owner):
        start.wait(10)
        for _ in range(8):
            house.deliverer(owner).step(house.config, house.account())

    threads = [Thread(target=run, args=(f"owner {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    house.deliver()
    assert sorted(house.texts()) == [f"Tip {number}." for number in range(8)]
    assert {one.attempt for one in house.deliveries()} == {1}


def test_an_early_answer_finds_its_tip(house):
    """What was answered before the post was recorded joins its tip at that moment."""
    house.put()

    def answered(post):
        made = house.networks["town"].take(post)
        house.networks["town"].say("I disagree.", reply_to=made.id)
        heard = house_platform.hear(None).entries
        with house.store.writing() as tx:
            for entry in heard:
                tx.log.keep(entry, EIGHT)
        return receipt(made.id, EIGHT)

    house_platform = house.platforms["town"]
    house.script(answered)
    house.deliver()
    with house.store.reading() as tx:
        assert [one.tip for one in tx.log.entries()] == ["listen"]


def test_deliveries_of_a_removed_account_come_to_an_end(house):
    """What was being sent on an account that left the file is unsure, what waited is missed."""
    house.put(slot="s/1")
    house.put(slot="s/2")
    house.script(SystemExit())
    with pytest.raises(SystemExit):
        house.deliver()
    empty = config(accounts=(account(name="elsewhere"),))
    house.clock.advance(3 * HOUR)
    house.deliverer().end_orphans(empty)
    assert house.states() == [State.UNSURE, State.MISSED]


def test_the_operators_pause_is_not_overwritten(house):
    """A token refused while the operator's pause is in force does not shorten that pause."""
    house.put()

    def refuse(post):
        house.pause("town", None, house.clock.now())
        raise Unauthorised("no")

    house.script(refuse)
    house.deliver()
    with house.store.reading() as tx:
        assert tx.accounts.pauses(EIGHT)["account:town"].by_operator


def test_a_repeat_is_paid_once():
    """A post that is sent again because nobody saw it arrive costs its price once."""
    house = House(config=on(monthly_budget=Decimal("1.00")))
    house.join("town", replace(TRAITS, prices=PRICES, idempotency=Idempotency.SAME_TEXT))
    house.networks["town"].lose_next_request()
    house.put()
    house.work(HOUR)
    with house.store.reading() as tx:
        assert tx.accounts.spent("town", house.clock.now()) == PRICES.post
    assert house.states() == [State.POSTED]


def test_a_late_answer_proves_a_post_whatever_was_thought_of_it(house):
    """An answer that comes when the delivery was planned again is recorded, not forgotten."""
    house.put()

    def answer(post):
        house.clock.advance(LEASE)
        house.deliverer("another").step(house.config, house.account())
        unsure = house.get()
        with house.store.writing() as tx:
            tx.ledger.move(unsure, replace(unsure, state=State.PLANNED), house.clock.now())
        return receipt(at=EIGHT)

    house.script(answer)
    house.deliver()
    assert (house.get().state, house.get().reason) == (State.POSTED, "the answer came late")


def test_a_late_answer_to_an_older_attempt_changes_nothing(house):
    """An answer that outlives its own attempt says nothing of the next one, which has its own."""
    house.put()

    def slow(post):
        house.clock.advance(LEASE)
        another = house.deliverer("another")
        another.step(house.config, house.account())
        house.write(send_again, 1, house.clock.now())
        another.step(house.config, house.account())
        return receipt("late")

    house.script(slow, receipt("second"))
    house.deliver()
    done = house.get()
    assert (done.state, done.attempt, done.receipt) == (State.POSTED, 2, receipt("second"))


def test_an_account_that_is_held_stays_held(house):
    """While the secrets are refused, each new refusal holds the account for longer, and is told once."""
    house.script(Unauthorised("no"), Unauthorised("still no"))
    house.put(slot="s/1")
    house.deliver()
    house.put(slot="s/2")
    with house.store.writing() as tx, capture_logs() as logs:
        hold_account(tx, house.account(), Unauthorised("still no"), house.clock.advance(MINUTE))
        (pause,) = tx.accounts.pauses(house.clock.now()).values()
    assert (pause.reason, pause.since, logs) == ("still no", house.clock.now(), [])


def test_those_who_are_looked_after_are_no_orphans(house):
    """What waits on an account in the file is left to that account's own step."""
    house.put(deadline=EIGHT)
    house.clock.advance(HOUR)
    house.deliverer().end_orphans(house.config)
    assert house.states() == [State.PLANNED]
    house.deliver()
    assert house.states() == [State.MISSED]


def test_a_post_of_no_tip_joins_no_thread(house):
    """Words that belong to no tip are posted like any others, and nothing is adopted by them."""
    house.put(tip=None)
    house.deliver()
    assert house.states() == [State.POSTED]
    with house.store.reading() as tx:
        assert tx.log.entries() == []


HOLDERS = "lock here "


def died(house, owner, **changes):
    """A claim that its owner never settled."""
    house.put(**changes)
    house.script(SystemExit())
    with pytest.raises(SystemExit):
        house.deliverer(owner).step(house.config, house.account())


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
def test_only_claims_of_the_proven_dead_are_given_up_before_their_lease(house, owner, state):
    """The holder of the lock calls unsure what earlier holders left, and no claim of anybody else."""
    died(house, owner)
    house.deliverer("lock here 9:cc", dead=HOLDERS).recover(house.config)
    assert house.get().state is state


def test_who_does_not_hold_the_lock_gives_nothing_up(house):
    """A command that runs beside a bot waits for the lease, whoever the owner was."""
    died(house, "lock here 7:aa")
    house.deliverer("here:8:dd").recover(house.config)
    assert house.get().state is State.SENDING


def test_what_the_dead_left_is_looked_for_at_once_and_then_as_after_a_lost_answer(house):
    """The first look comes without a wait, the second after the network's gap; nothing is sent."""
    traits = replace(TRAITS, looks=2, look_gap=MINUTE, idempotency=Idempotency.NONE)
    house.join("town", traits)
    died(house, "lock here 7:aa")
    house.deliverer("lock here 9:cc", dead=HOLDERS).recover(house.config)
    network = house.script(looks=[Absent(), Found(receipt=receipt(at=EIGHT))])
    assert [house.settle(), house.settle(), house.settle(after=MINUTE)] == [1, 0, 1]
    assert (house.get().state, network.sent) == (State.POSTED, [])


def test_the_next_post_goes_as_soon_as_the_claim_is_given_up(house):
    """An account rests for no lease of the dead."""
    died(house, "lock here 7:aa", slot="s/1")
    house.put(slot="s/2")
    deliverer = house.deliverer("lock here 9:cc", dead=HOLDERS)
    deliverer.recover(house.config)
    house.script(receipt())
    assert deliverer.step(house.config, house.account()) == 1
    assert house.states() == [State.UNSURE, State.POSTED]


def test_a_claim_of_the_dead_is_paid_once():
    """What may have been posted costs its price, and costs nothing more at the next restart."""
    house = House(config=on(monthly_budget=Decimal("1.00")))
    house.join("town", replace(TRAITS, prices=PRICES))
    died(house, "lock here 7:aa")
    for number in range(3):
        house.deliverer(f"lock here {number}:cc", dead=HOLDERS).recover(house.config)
    with house.store.reading() as tx:
        assert tx.accounts.spent("town", house.clock.now()) == PRICES.post


def test_the_dead_of_an_account_that_left_the_file(house):
    """Their claims are given up as well, whatever they may have cost."""
    died(house, "lock here 7:aa")
    empty = config(accounts=(account(name="elsewhere"),))
    house.deliverer("lock here 9:cc", dead=HOLDERS).recover(empty)
    assert house.get().state is State.UNSURE


def test_a_late_answer_after_the_claim_was_given_up_is_recorded(house):
    """Even if the dead were alive, the post that they made is not lost, and not made again."""
    house.put()

    def slow(post):
        house.deliverer("lock here 9:cc", dead=HOLDERS).recover(house.config)
        assert house.get().state is State.UNSURE
        return receipt(at=EIGHT)

    house.script(slow)
    house.deliverer("lock here 7:aa").step(house.config, house.account())
    assert (house.get().state, house.get().reason) == (State.POSTED, "the answer came late")
