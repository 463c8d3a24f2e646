"""The operator's hand: a post now, an answer, a post taken back; and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from bot.app.discussion.reply import addressed
from bot.core.errors import RetryLater, UsageError
from bot.core.model.delivery import State
from bot.core.model.entry import NOBODY, Author, Visibility
from bot.core.model.schedule import Outcome
from tests.app.harness import EIGHT, Harness, with_site
from tests.clock import MONDAY
from tests.contract.memory import TRAITS
from tests.core.samples import HOUR, MINUTE, account, config, entry, tip

DAY = timedelta(days=1)


def post(harness, tip_id="listen", *to, again=False):
    """Ask for a post now."""
    return harness.post(tip_id, to, harness.clock.now(), again=again)


def hear(harness, **changes):
    """Somebody says something on a network, and it is heard."""
    said = harness.networks["town"].say("I disagree.", **changes)
    harness.mention_poller.step(harness.account())
    with harness.store.reading() as tx:
        return next(one for one in tx.log.entries() if one.remote_id == said)


def answer(harness, to, text="Tell me more."):
    """Ask for an answer now."""
    return harness.reply(to.id, text, harness.clock.now())


class TestPost:
    def test_a_post_now(self, harness):
        """A post by hand is a slot and a delivery like any other, with a day to go out."""
        (planned,) = post(harness)
        assert (planned.state, planned.by_hand, planned.deadline) == (
            State.PLANNED,
            True,
            EIGHT + DAY,
        )
        (record,) = harness.slots()
        assert (record.outcome, record.tip) == (Outcome.PLANNED, "listen")
        assert record.why == "the operator asked for it"
        harness.deliver()
        assert harness.texts() == [planned.post.text]

    def test_it_takes_a_turn(self):
        """A tip that was posted by hand had its turn, and the schedule takes another."""
        harness = Harness(config=config(tip("a"), tip("b")))
        harness.plan()
        post(harness, "a")
        harness.plan(HOUR)
        assert [one.tip for one in harness.deliveries()] == ["a", "b"]

    def test_where_it_goes(self):
        """It goes to the accounts that are named, or else to all to which the tip may go."""
        two = (account(), account("village"))
        harness = Harness(config=config(tip("a"), tip("b", platforms=("village",)), accounts=two))
        assert [one.account for one in post(harness, "a")] == ["town", "village"]
        harness.clock.advance(HOUR)
        assert [one.account for one in post(harness, "b")] == ["village"]
        harness.clock.advance(HOUR)
        (planned,) = post(harness, "b", "town")
        assert planned.account == "town"

    def test_the_site_joins_only_without_a_page(self):
        """A post that points at the tip's page makes that page, and only the first time."""
        harness = Harness(config=with_site())
        assert [one.account for one in post(harness, "listen", "town")] == ["town", "site"]
        harness.work(MINUTE)
        harness.clock.advance(2 * DAY)
        assert [one.account for one in post(harness, "listen", "town")] == ["town"]

    @pytest.mark.parametrize("outcome", ["planned", "unsure", "posted"])
    def test_not_twice_by_accident(self, harness, outcome):
        """A tip that is on its way, or was posted within a day, is posted again only on request."""
        post(harness)
        if outcome == "unsure":
            harness.networks["town"].lose_next_answer()
        if outcome != "planned":
            harness.deliver()
        with pytest.raises(UsageError, match=rf"'listen' .*{outcome}.* on town; say --again"):
            post(harness)
        assert len(harness.deliveries()) == 1
        harness.clock.advance(HOUR)
        assert len(post(harness, again=True)) == 1

    def test_a_day_later_it_may_come_again(self, harness):
        """What was posted a day ago, or was refused, is no hindrance; nor is another account."""
        post(harness)
        harness.deliver()
        harness.clock.advance(DAY)
        assert len(post(harness)) == 1
        harness.networks["town"].refuse_next()
        harness.deliver()
        harness.clock.advance(HOUR)
        with pytest.raises(UsageError, match="was posted at"):
            harness.post("listen", [], harness.clock.now() - 2 * HOUR, again=False)
        assert len(post(harness)) == 1

    @pytest.mark.parametrize(
        ("asked", "told"),
        [
            (("lisen",), "there is no tip 'lisen'; did you mean 'listen'?"),
            (("zzz",), "there is no tip 'zzz'; there are: listen, long, nowhere"),
            (("listen", "twon"), "there is no account 'twon'; did you mean 'town'?"),
            (("long",), "'long' does not fit town: its title is 141 long"),
            (("nowhere",), "'nowhere' may go to no account; name one with --to"),
        ],
    )
    def test_what_cannot_be_posted(self, asked, told):
        """A name that does not exist, or a tip that fits nowhere, is one clear line, and no slot."""
        long = tip("long", title="a" * 141, text="b" * 141)
        harness = Harness(config=config(tip(), long, tip("nowhere", platforms=())))
        with pytest.raises(UsageError) as caught:
            post(harness, *asked)
        assert str(caught.value).startswith(told)
        assert (harness.slots(), harness.deliveries()) == ([], [])


class TestReply:
    def test_an_answer_joins_the_discussion(self, harness):
        """An answer is sent under what it answers, and is in the log under the tip as our own."""
        post(harness)
        harness.deliver()
        theirs = hear(harness, reply_to=harness.get().receipt.remote_id)
        planned = answer(harness, theirs)
        harness.deliver()
        ours = harness.networks["town"].posts[1]
        assert (ours.text, ours.in_reply_to) == ("Tell me more.", theirs.remote_id)
        with harness.store.reading() as tx:
            logged = tx.log.entries(tip="listen")[1]
        assert (logged.ours, logged.author.name, logged.text) == (True, "Tips", "Tell me more.")
        assert (logged.in_reply_to, logged.remote_id) == (theirs.remote_id, ours.id)
        assert planned.tip == "listen"

    def test_networks_differ(self, harness):
        """Where a network needs it, an answer names whom it answers, once, and is unlisted."""
        harness.join("town", replace(TRAITS, reply_mentions=True, reply_visibility="unlisted"))
        theirs = hear(harness)
        first = answer(harness, theirs).post
        assert (first.text, first.visibility) == ("@ada Tell me more.", "unlisted")
        assert answer(harness, theirs, "So says @ada.").post.text == "So says @ada."

    @pytest.mark.parametrize(
        ("does_so", "theirs", "ours"),
        [
            (True, "spoilers", "spoilers"),
            (True, "", ""),
            (True, None, ""),
            (False, "spoilers", ""),
            (False, None, ""),
        ],
    )
    def test_a_warning_is_taken_over(self, harness, does_so, theirs, ours):
        """An answer has the warning of what it answers, sent and in the log, where people do so."""
        harness.join("town", replace(TRAITS, reply_warning=does_so))
        heard = hear(harness)
        with harness.store.writing() as tx:
            tx.log.keep(replace(heard, id=0, warning=theirs, version="2"), harness.clock.now())
        assert answer(harness, heard).post.warning == ours
        harness.deliver()
        with harness.store.reading() as tx:
            assert tx.log.entries()[-1].warning == ours

    def test_a_warning_counts(self, harness):
        """A warning that is taken over counts as the text does: the network counts both."""
        harness.join("town", replace(TRAITS, reply_warning=True))
        heard = hear(harness)
        with harness.store.writing() as tx:
            tx.log.keep(replace(heard, id=0, warning="x" * 10, version="2"), harness.clock.now())
        with pytest.raises(UsageError, match="the answer is 501 long"):
            answer(harness, heard, "a" * 491)
        assert answer(harness, heard, "a" * 490)

    def test_bytes(self, harness):
        """An answer has at most as many bytes as its network takes."""
        harness.join("town", replace(TRAITS, text=replace(TRAITS.text, max_bytes=10)))
        theirs = hear(harness)
        assert answer(harness, theirs, "ü" * 5).post.text == "ü" * 5
        with pytest.raises(UsageError, match="12 bytes and town takes 10; shorten it"):
            answer(harness, theirs, "ü" * 6)

    def test_the_same_words_once(self, harness):
        """The same answer to the same entry is planned once; other words are another answer."""
        theirs = hear(harness)
        answer(harness, theirs)
        with pytest.raises(UsageError, match=r"this answer exists already \(planned\)"):
            answer(harness, theirs, " Tell me more.\n")
        assert answer(harness, theirs, "Why?").id == 2

    def test_it_waits_for_no_gap(self):
        """An answer goes out at once, and holds back no post."""
        harness = Harness(config=config(accounts=(account(gap=HOUR),)))
        post(harness)
        harness.deliver()
        answer(harness, hear(harness))
        assert harness.deliver() == 1

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            (" \n", "the answer is empty"),
            ("a" * 501, "the answer is 501 long and town takes 500; shorten it"),
        ],
    )
    def test_what_cannot_be_sent(self, harness, text, told):
        """An answer without words, or with too many, is refused in one line."""
        theirs = hear(harness)
        with pytest.raises(UsageError, match=told):
            answer(harness, theirs, text)

    def test_whom_we_do_not_answer(self, harness):
        """An entry that is unknown, private or deleted cannot be answered."""
        private = hear(harness, visibility=Visibility.DIRECT)
        for one in (private, entry(id=99)):
            with pytest.raises(UsageError, match=f"there is no entry {one.id}; `tipsbot log`"):
                answer(harness, one)

    def test_an_account_that_is_gone(self, harness):
        """An entry of an account that is no longer in the file is refused in one line."""
        theirs = hear(harness)
        harness.config = config(accounts=(account("village"),))
        with pytest.raises(UsageError, match="there is no account 'town'"):
            answer(harness, theirs)


class TestRetract:
    def retract(self, harness, delivery_id=1, editor="town"):
        """Ask for a post to be taken back."""
        return harness.retract(delivery_id, harness.platforms.get(editor), harness.clock.now())

    def test_a_post_is_taken_back(self, harness):
        """What was taken back is gone from its network, and known to be."""
        post(harness)
        harness.deliver()
        gone = self.retract(harness)
        assert (harness.texts(), harness.get().state) == ([], State.RETRACTED)
        assert gone.receipt == harness.get().receipt
        with pytest.raises(UsageError, match="taken back already"):
            self.retract(harness)

    def test_an_answer_leaves_the_log(self, harness):
        """An answer of ours that was taken back is erased from the log, and theirs stays."""
        theirs = hear(harness)
        answer(harness, theirs)
        harness.deliver()
        self.retract(harness)
        with harness.store.reading() as tx:
            first, second = tx.log.entries()
        assert first == theirs
        assert (second.text, second.author, second.deleted_at) == ("", NOBODY, EIGHT)

    def test_only_the_answer_is_read(self, harness):
        """Taking an answer back reads that one entry of the log, however many there are."""
        theirs = hear(harness)
        answer(harness, theirs)
        harness.deliver()
        wheres = []

        def note(_conn, _cursor, statement, *_):
            if statement.startswith("SELECT entry."):
                wheres.append(statement.rpartition("WHERE")[2])

        event.listen(Engine, "before_cursor_execute", note)
        self.retract(harness)
        event.remove(Engine, "before_cursor_execute", note)
        assert wheres
        one = ("entry.remote_id = ?", "entry.remote_id IN (?)", "entry.id = ?")
        assert all(any(part in where for part in one) for where in wheres)

    def test_a_network_that_fails(self, harness):
        """A post that its network did not take back is not called so."""
        post(harness)
        harness.deliver()
        harness.networks["town"].go_down()
        with pytest.raises(RetryLater):
            self.retract(harness)
        assert harness.get().state is State.POSTED

    def test_what_cannot_be_taken_back(self, harness):
        """Only what was posted, on a network that lets us, can be taken back."""
        post(harness)
        for number in (1, 99):
            with pytest.raises(UsageError, match=f"no posted delivery {number}; `tipsbot posts`"):
                self.retract(harness, number)
        harness.deliver()
        with pytest.raises(UsageError, match="this bot cannot take back posts on"):
            self.retract(harness, editor="nobody")


def test_moments_of_slots_by_hand_differ(harness):
    """Two posts by hand in one second are two slots."""
    post(harness)
    harness.clock.advance(timedelta(microseconds=1))
    post(harness, again=True)
    assert len({one.slot.key for one in harness.slots()}) == 2
    assert harness.clock.now() < MONDAY


@pytest.mark.parametrize("text", ["ask @jo@social.network", "see https://a.example/@jo@social.net"])
def test_an_answer_names_whom_it_answers(text):
    """An answer that names somebody else, or shows a link, still names the person it answers."""
    said = entry(author=Author(name="Jo", handle="@jo@social.net"))
    assert addressed(text, said, mentions=True) == f"@jo@social.net {text}"
    named = f"{text}, @jo@social.net"
    assert addressed(named, said, mentions=True) == named
