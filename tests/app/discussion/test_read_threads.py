"""Reading below our posts: all that was said there, each once, ever more rarely."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from bot.app.discussion.listen import REST
from bot.app.discussion.read_threads import MOST_BATCHES, MOST_THREADS
from bot.core.discussion.backoff import SOON
from bot.core.errors import Refused, RetryLater, StoreError
from bot.core.model.delivery import State
from bot.core.model.entry import NOBODY, Visibility
from bot.core.ports.platform import Batch
from tests.app.harness import Harness
from tests.contract.memory import STEP, TRAITS
from tests.core.samples import HOUR, MINUTE, account, config, entry, post, receipt

DAY = 24 * HOUR


class Voice:
    """Threads that say what a test gives them, and remember what they were asked."""

    def __init__(self, *batches):
        self.batches = list(batches)
        self.asked = []

    def read_thread(self, remote_id, cursor):
        self.asked.append((remote_id, cursor))
        batch = self.batches.pop(0) if len(self.batches) > 1 else self.batches[0]
        if isinstance(batch, Exception):
            raise batch
        return batch


@pytest.fixture
def posted(harness):
    """The id of a tip that was posted in town."""
    harness.plan()
    harness.plan(after=HOUR)
    harness.deliver()
    (post,) = harness.networks["town"].posts
    return post.id


def look(harness, after=timedelta(0)):
    """Let time pass, and look below our posts in town."""
    harness.clock.advance(after)
    return harness.thread_reader.step(harness.account())


def voice(harness, *batches):
    """Put such threads in town."""
    harness.platforms["town"] = made = Voice(*batches)
    return made


def log(harness):
    """What is in the log."""
    with harness.store.reading() as tx:
        return tx.log.entries()


def looks(harness, span, step=MINUTE):
    """At which minutes from now on the network is asked, looking every minute."""
    made = voice(harness, Batch(cursor=None))
    found = []
    for minute in range(int(span / step)):
        before = len(made.asked)
        look(harness)
        found += [minute] * (len(made.asked) - before)
        harness.clock.advance(step)
    return found


def test_what_does_not_name_us_is_found(harness, posted):
    """A reply to a reply below our post is in the log, under the post's tip."""
    town = harness.networks["town"]
    first = town.say("Is it?", posted)
    second = town.say("I wonder, too.", first)
    assert look(harness) == 2
    assert {one.remote_id: one.tip for one in log(harness)} == {first: "listen", second: "listen"}
    assert look(harness, after=MINUTE) == 0


def test_looking_waits_for_no_writer(database):
    """While another part of the bot writes, what is due is found out all the same."""
    harness = Harness(database=database)
    harness.plan()
    harness.plan(after=HOUR)
    harness.deliver()
    made = voice(harness, Batch(cursor=None))
    look(harness)
    with harness.store.writing():
        assert harness.thread_reader._due(harness.account()) == []
    assert len(made.asked) == 1


def test_much_takes_several_batches(harness, posted):
    """A long thread is read to its end in one step, and each entry once."""
    said = [harness.networks["town"].say(f"Number {number}.", posted) for number in range(3 * STEP)]
    assert look(harness) == len(said)
    assert [one.remote_id for one in log(harness)] == said


def test_edits_and_deletions_are_followed(harness, posted):
    """What is edited below a post is in the log in its new words, what is deleted without any."""
    town = harness.networks["town"]
    for words in ("First.", "Second."):
        town.say(words, posted)
    look(harness)
    first, second = (one.remote_id for one in log(harness))
    town.edit(first, "Better.")
    town.delete(second)
    assert look(harness, after=MINUTE) == 2
    assert [one.text for one in log(harness)] == ["Better.", ""]


def test_deleted_before_it_was_seen(harness, posted):
    """What was deleted before we saw it leaves no words."""
    said = harness.networks["town"].say("I regret this.", posted)
    harness.networks["town"].delete(said)
    look(harness)
    assert all(not one.text for one in log(harness))


def test_ever_more_rarely(harness, posted):
    """A quiet thread is looked at every minute at first, and ever more rarely as it grows old."""
    first = looks(harness, HOUR)
    assert first[:9] == list(range(9))
    assert len(first) < 30
    harness.clock.advance(5 * DAY)
    assert len(looks(harness, DAY, 10 * MINUTE)) <= 3


def test_a_stir_brings_us_back(harness, posted):
    """Something new in an old thread has it looked at often again."""
    harness.clock.advance(10 * DAY)
    look(harness)
    harness.networks["town"].say("I only found this today.", posted)
    assert look(harness, after=DAY) == 1
    assert len(looks(harness, 10 * MINUTE)) >= 8


def test_at_last_never(harness, posted):
    """A thread that has not stirred for a season is looked at one last time."""
    harness.clock.advance(100 * DAY)
    assert len(looks(harness, 30 * DAY, HOUR)) == 1


def test_a_dear_network_is_asked_more_rarely():
    """Where looking costs money, the waits are longer."""
    harness = Harness()
    harness.join("town", replace(TRAITS, poll=10 * MINUTE))
    harness.plan()
    harness.plan(after=HOUR)
    harness.deliver()
    assert looks(harness, HOUR) == [0, 10, 23, 52]


def test_our_post_is_gone(harness, posted):
    """Below a post that is gone nothing is looked for any more, and that is said."""
    made = voice(harness, Refused("gone", "nothing more is read"))
    with capture_logs() as lines:
        look(harness)
        look(harness, after=DAY)
    assert len(made.asked) == 1
    assert [line["event"] for line in lines] == ["thread_gone"]


def test_what_was_taken_back_is_not_looked_at(harness, posted):
    """A post that the operator took back leaves the threads."""
    with harness.store.reading() as tx:
        (one,) = tx.ledger.recent(1)
    harness.retract(one.id, harness.platforms["town"], harness.clock.now())
    made = voice(harness, Batch(cursor=None))
    look(harness)
    assert made.asked == []


def test_a_network_that_fails_is_left_alone_for_a_while(harness, posted):
    """After a failure nothing is asked for some minutes, and it is said in one line each time."""
    made = voice(harness, RetryLater("down", "it is tried again"))
    with capture_logs() as lines:
        assert look(harness) == look(harness, after=MINUTE) == 0
    assert len(made.asked) == 1
    assert [line["event"] for line in lines] == ["cannot_look"]
    look(harness, after=REST)
    assert len(made.asked) == 2


def test_a_network_says_how_long_it_wants_to_be_left_alone(harness, posted):
    """A wish for patience is granted."""
    made = voice(harness, RetryLater("too many", "", after=HOUR))
    look(harness)
    look(harness, after=HOUR - MINUTE)
    assert len(made.asked) == 1
    look(harness, after=MINUTE + SOON)
    assert len(made.asked) == 2


def test_a_thread_that_cannot_be_read_stops_no_other(harness):
    """Where a network fails at one thread again and again, the others have their turn."""
    for hour in range(3):
        harness.plan(after=hour * HOUR)
        harness.deliver()
    ids = [post.id for post in harness.networks["town"].posts]
    made = voice(harness, RetryLater("it cannot be shown", ""))
    for _ in ids:
        look(harness, after=HOUR)
    assert {remote_id for remote_id, _ in made.asked} == set(ids)


def test_entries_and_cursor_together_or_not_at_all(harness, posted):
    """Where an entry cannot be kept, the cursor stays as well, and nothing is lost."""
    broken = entry("e2", root=posted)
    object.__setattr__(broken, "kind", None)
    voice(harness, Batch(entries=(entry("e1", root=posted), broken), cursor="after"))
    with pytest.raises(StoreError):
        look(harness)
    assert log(harness) == []
    again = voice(harness, Batch(cursor="after"))
    look(harness)
    assert again.asked == [(posted, None)]


def test_the_cursor_goes_on_between_steps(harness, posted):
    """The next look begins where the last one ended, each post with its own cursor."""
    made = voice(harness, Batch(cursor="here"))
    look(harness)
    look(harness, after=MINUTE)
    assert made.asked == [(posted, None), (posted, "here")]


def test_a_thread_without_end(harness, posted):
    """A thread that never comes to its end is read on in the next step, and holds nobody up."""
    made = voice(harness, Batch(cursor="on", more=True))
    look(harness)
    assert len(made.asked) == MOST_BATCHES
    look(harness)
    assert made.asked[MOST_BATCHES] == (posted, "on")


def test_money(posted, harness):
    """What looking costs is paid."""
    voice(harness, Batch(cursor="a", cost=Decimal("0.25")))
    look(harness)
    with harness.store.reading() as tx:
        assert tx.accounts.spent("town", harness.clock.now()) == Decimal("0.25")


def test_no_money_no_look():
    """When the month's money is used up, nothing is asked."""
    harness = Harness(config=config(accounts=(account(monthly_budget=Decimal(1)),)))
    harness.plan()
    harness.plan(after=HOUR)
    harness.deliver()
    with harness.store.writing() as tx:
        tx.accounts.spend("town", "listen", Decimal(2), harness.clock.now())
    made = voice(harness, Batch(cursor=None))
    look(harness)
    assert made.asked == []


def test_a_hole_is_told(harness, posted):
    """What a network can no longer give is said."""
    voice(harness, Batch(cursor=None, unheard=("much was said",)))
    with capture_logs() as lines:
        look(harness)
    assert [line["event"] for line in lines] == ["unheard"]


def test_many_threads_take_turns(harness):
    """However many posts are due, a step looks at a few, and none is passed over for good."""
    for number in range(MOST_THREADS + 3):
        post_at_once(harness, number)
    made = voice(harness, Batch(cursor=None))
    look(harness)
    assert len(made.asked) == MOST_THREADS
    look(harness)
    assert len({remote_id for remote_id, _ in made.asked}) == MOST_THREADS + 3


def post_at_once(harness, number):
    """A tip that was posted just now."""
    planned = harness.put(slot=f"slot-{number}", post=post(key=f"key-{number}"))
    now = harness.clock.now()
    sending = replace(
        planned, state=State.SENDING, attempt=1, owner="me", lease_until=now + HOUR, sent_at=now
    )
    there = replace(
        sending,
        state=State.POSTED,
        owner=None,
        lease_until=None,
        receipt=receipt(f"r{number}", at=now),
    )
    with harness.store.writing() as tx:
        assert tx.ledger.move(planned, sending, now)
        assert tx.ledger.move(sending, there, now)


def test_an_account_without_the_door(harness):
    """Where a network cannot be read that way, the step does nothing."""
    harness.platforms["town"] = None
    assert look(harness) == 0


def speaks(harness, *entries):
    """Let the account be told of these, and of nothing else."""

    class Told:
        def poll(self, _cursor, _began):
            return Batch(entries=entries, cursor=entries[0].remote_id)

    town = harness.platforms["town"]
    harness.platforms["town"] = Told()
    harness.mention_poller.step(harness.account())
    harness.platforms["town"] = town


SPOKEN = {
    "to the tip": [{"in_reply_to": "tip"}],
    "to a reply": [{"in_reply_to": "known"}],
    "far below": [{"in_reply_to": "known"}, {"in_reply_to": "new-0"}, {"in_reply_to": "new-1"}],
    "to an answer of ours": [{"in_reply_to": "ours"}],
    "in the conversation": [{"in_reply_to": "never heard", "root": "tip"}],
    "without a parent": [{"root": "tip"}],
    "to a reply that was deleted": [{"in_reply_to": "gone"}],
    "in private": [{"in_reply_to": "tip", "visibility": Visibility.DIRECT}],
}


@pytest.mark.parametrize("said", SPOKEN.values(), ids=SPOKEN)
@pytest.mark.parametrize("age", [2 * DAY, 89 * DAY, 200 * DAY], ids=lambda age: f"{age.days} days")
def test_who_speaks_to_the_bot_brings_us_back(harness, posted, said, age):
    """A thread in which somebody speaks to the bot is looked at soon again, however old it is."""
    with harness.store.writing() as tx:
        now = harness.clock.now()
        for remote_id, above, more in (
            ("known", posted, {}),
            ("ours", "known", {"ours": True}),
            ("gone", posted, {"text": "", "author": NOBODY, "url": None, "deleted_at": now}),
        ):
            tx.log.keep(entry(remote_id=remote_id, in_reply_to=above, at=now, **more), now)
    looks(harness, HOUR)
    harness.clock.advance(age)
    looks(harness, DAY, HOUR)
    quiet = len(looks(harness, 10 * MINUTE))
    made = []
    for number, fields in enumerate(said):
        names = {name: posted if one == "tip" else one for name, one in fields.items()}
        if "visibility" in names:
            names |= {"text": "", "author": NOBODY, "url": None, "html": ""}
        made.append(entry(remote_id=f"new-{number}", at=harness.clock.now(), **names))
    speaks(harness, *made)
    assert quiet <= 1
    assert len(looks(harness, 10 * MINUTE)) >= 8


ABOVE = {
    "below a tip": (["tip", "unheard"], True),
    "directly below it": (["tip"], True),
    "below a tip that others posted above": (["elsewhere", "tip", "unheard"], True),
    "in a conversation of others": (["elsewhere", "unheard"], False),
    "above everything": ([], False),
    "after a refusal": (Refused("not for you", "ask somebody else"), False),
    "after no answer": (RetryLater("no answer", "it is tried again"), False),
}


@pytest.mark.parametrize(("above", "is_ours"), ABOVE.values(), ids=ABOVE)
def test_who_answers_what_was_never_heard_brings_us_back(harness, posted, above, is_ours):
    """Where the parent of a mention is unknown the network is asked in which thread it stands."""
    looks(harness, HOUR)
    harness.clock.advance(200 * DAY)
    looks(harness, DAY, HOUR)
    said = [entry(remote_id=one, in_reply_to="unheard", at=harness.clock.now()) for one in "ab"]

    class Told:
        def poll(self, _cursor, _began):
            return Batch(entries=tuple(said), cursor="a")

        def ancestors(self, remote_id):
            if remote_id == "a":  # one that cannot be asked does not stand in the other's way
                raise RetryLater("not now", "it is tried again")
            if isinstance(above, Exception):
                raise above
            return [posted if one == "tip" else one for one in above]

    harness.platforms["town"] = Told()
    harness.mention_poller.step(harness.account())
    assert {one.remote_id for one in log(harness)} >= {"a", "b"}
    assert (len(looks(harness, 10 * MINUTE)) >= 8) == is_ours


def test_a_flood_of_answers_asks_little(harness, posted):
    """However many answer what was never heard, the network is asked about few of them at once."""
    asked = []
    said = [
        entry(remote_id=f"a{number}", in_reply_to="unheard", at=harness.clock.now())
        for number in range(100)
    ]

    class Told:
        def poll(self, _cursor, _began):
            return Batch(entries=tuple(said), cursor="a")

        def ancestors(self, remote_id):
            asked.append(remote_id)
            return []

    harness.platforms["town"] = Told()
    harness.mention_poller.step(harness.account())
    assert 0 < len(asked) <= 10


def test_a_mention_outside_brings_nobody_back(harness, posted):
    """Who speaks to the bot elsewhere, or says again what is known, wakes no thread."""
    harness.clock.advance(200 * DAY)
    looks(harness, DAY, HOUR)
    said = entry(remote_id="new", in_reply_to="elsewhere", at=harness.clock.now())
    speaks(harness, said)
    assert looks(harness, 10 * MINUTE) == []
    again = replace(said, remote_id="again", in_reply_to=posted)
    speaks(harness, again)
    looks(harness, HOUR)
    harness.clock.advance(2 * DAY)
    looks(harness, DAY, HOUR)
    speaks(harness, again)
    assert len(looks(harness, 10 * MINUTE)) <= 1


def test_a_ring_of_answers_has_an_end(harness, posted):
    """Entries that answer each other, which only a lying server makes, keep nobody busy."""
    look(harness, after=MINUTE)
    ring = [
        entry(remote_id=one, in_reply_to=other, at=harness.clock.now())
        for one, other in (("a", "b"), ("b", "c"), ("c", "a"))
    ]
    speaks(harness, *ring)
    assert len(log(harness)) == 3


def test_who_speaks_while_we_look(harness, posted):
    """A thread that is woken while it is read is not put to sleep by the end of the reading."""
    harness.clock.advance(60 * DAY)
    looks(harness, DAY, HOUR)
    spoken = entry(remote_id="new", in_reply_to=posted, at=harness.clock.now())

    class Busy(Voice):
        def read_thread(self, remote_id, cursor):
            speaks(harness, replace(spoken, at=harness.clock.now()))
            harness.platforms["town"] = self
            return super().read_thread(remote_id, cursor)

    made = harness.platforms["town"] = Busy(Batch(cursor=None))
    while not made.asked:
        look(harness, after=HOUR)
    assert len(looks(harness, 10 * MINUTE)) >= 8


def test_where_looking_costs_it_is_later(harness, posted):
    """Where a look costs money the waits of a thread that was woken are longer, too."""
    look(harness, after=MINUTE)
    with harness.store.writing() as tx:
        watched = tx.threads.get("town", posted)
        tx.threads.looked(replace(watched, look_at=None))
        now = harness.clock.now()
        assert tx.threads.wake("town", posted, now, now + 15 * MINUTE)
        assert not tx.threads.wake("town", "another", now, now)
        assert tx.threads.get("town", posted).look_at == now + 15 * MINUTE
        tx.threads.wake("town", posted, now, now + HOUR)
        assert tx.threads.get("town", posted).look_at == now + 15 * MINUTE
        assert tx.threads.get("town", "another") is None


@pytest.mark.parametrize("bad", [1, 2, 3, 5])
@pytest.mark.parametrize("step", [MINUTE, 3 * HOUR], ids=["often", "rarely"])
def test_threads_that_cannot_be_shown_starve_no_other(harness, bad, step):
    """However many threads the network fails to show, and however often we look, all others are read."""
    names = [f"bad-{number}" for number in range(bad)] + ["good"]
    for name in names:
        harness.put(slot=name, post=post(key=name, text=f"{name}."))
    harness.deliver()
    ids = {one.text: one.id for one in harness.networks["town"].posts}
    asked = []

    class Broken:
        def read_thread(self, remote_id, _cursor):
            asked.append(remote_id)
            if remote_id == ids["good."]:
                return Batch(cursor=None)
            raise RetryLater("answers 500")

    harness.platforms["town"] = Broken()
    for _ in range(20 * (bad + 1)):
        look(harness, after=step)
    assert asked.count(ids["good."]) >= 3
