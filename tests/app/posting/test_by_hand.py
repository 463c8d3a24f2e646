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
from tests.app.harness import EIGHT, House, with_site
from tests.clock import MONDAY
from tests.contract.memory import TRAITS
from tests.core.samples import HOUR, MINUTE, account, config, entry, tip

DAY = timedelta(days=1)


def post(house, tip_id="listen", *to, again=False):
    """Ask for a post now."""
    return house.post(tip_id, to, house.clock.now(), again=again)


def hear(house, **changes):
    """Somebody says something on a network, and it is heard."""
    said = house.networks["town"].say("I disagree.", **changes)
    house.ear.step(house.account())
    with house.store.reading() as tx:
        return next(one for one in tx.log.entries() if one.remote_id == said)


def answer(house, to, text="Tell me more."):
    """Ask for an answer now."""
    return house.reply(to.id, text, house.clock.now())


class TestPost:
    def test_a_post_now(self, house):
        """A post by hand is a slot and a delivery like any other, with a day to go out."""
        (planned,) = post(house)
        assert (planned.state, planned.by_hand, planned.deadline) == (
            State.PLANNED,
            True,
            EIGHT + DAY,
        )
        (record,) = house.slots()
        assert (record.outcome, record.tip) == (Outcome.PLANNED, "listen")
        assert record.why == "the operator asked for it"
        house.deliver()
        assert house.texts() == [planned.post.text]

    def test_it_takes_a_turn(self):
        """A tip that was posted by hand had its turn, and the schedule takes another."""
        house = House(config=config(tip("a"), tip("b")))
        house.plan()
        post(house, "a")
        house.plan(HOUR)
        assert [one.tip for one in house.deliveries()] == ["a", "b"]

    def test_where_it_goes(self):
        """It goes to the accounts that are named, or else to all to which the tip may go."""
        two = (account(), account("village"))
        house = House(config=config(tip("a"), tip("b", platforms=("village",)), accounts=two))
        assert [one.account for one in post(house, "a")] == ["town", "village"]
        house.clock.advance(HOUR)
        assert [one.account for one in post(house, "b")] == ["village"]
        house.clock.advance(HOUR)
        (planned,) = post(house, "b", "town")
        assert planned.account == "town"

    def test_the_site_joins_only_without_a_page(self):
        """A post that points at the tip's page makes that page, and only the first time."""
        house = House(config=with_site())
        assert [one.account for one in post(house, "listen", "town")] == ["town", "site"]
        house.work(MINUTE)
        house.clock.advance(2 * DAY)
        assert [one.account for one in post(house, "listen", "town")] == ["town"]

    @pytest.mark.parametrize("outcome", ["planned", "unsure", "posted"])
    def test_not_twice_by_accident(self, house, outcome):
        """A tip that is on its way, or was posted within a day, is posted again only on request."""
        post(house)
        if outcome == "unsure":
            house.networks["town"].lose_next_answer()
        if outcome != "planned":
            house.deliver()
        with pytest.raises(UsageError, match=rf"'listen' .*{outcome}.* on town; say --again"):
            post(house)
        assert len(house.deliveries()) == 1
        house.clock.advance(HOUR)
        assert len(post(house, again=True)) == 1

    def test_a_day_later_it_may_come_again(self, house):
        """What was posted a day ago, or was refused, is no hindrance; nor is another account."""
        post(house)
        house.deliver()
        house.clock.advance(DAY)
        assert len(post(house)) == 1
        house.networks["town"].refuse_next()
        house.deliver()
        house.clock.advance(HOUR)
        with pytest.raises(UsageError, match="was posted at"):
            house.post("listen", [], house.clock.now() - 2 * HOUR, again=False)
        assert len(post(house)) == 1

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
        house = House(config=config(tip(), long, tip("nowhere", platforms=())))
        with pytest.raises(UsageError) as caught:
            post(house, *asked)
        assert str(caught.value).startswith(told)
        assert (house.slots(), house.deliveries()) == ([], [])


class TestReply:
    def test_an_answer_joins_the_discussion(self, house):
        """An answer is sent under what it answers, and is in the log under the tip as our own."""
        post(house)
        house.deliver()
        theirs = hear(house, reply_to=house.get().receipt.remote_id)
        planned = answer(house, theirs)
        house.deliver()
        ours = house.networks["town"].posts[1]
        assert (ours.text, ours.in_reply_to) == ("Tell me more.", theirs.remote_id)
        with house.store.reading() as tx:
            logged = tx.log.entries(tip="listen")[1]
        assert (logged.ours, logged.author.name, logged.text) == (True, "Tips", "Tell me more.")
        assert (logged.in_reply_to, logged.remote_id) == (theirs.remote_id, ours.id)
        assert planned.tip == "listen"

    def test_networks_differ(self, house):
        """Where a network needs it, an answer names whom it answers, once, and is unlisted."""
        house.join("town", replace(TRAITS, reply_mentions=True, reply_visibility="unlisted"))
        theirs = hear(house)
        first = answer(house, theirs).post
        assert (first.text, first.visibility) == ("@ada Tell me more.", "unlisted")
        assert answer(house, theirs, "So says @ada.").post.text == "So says @ada."

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
    def test_a_warning_is_taken_over(self, house, does_so, theirs, ours):
        """An answer has the warning of what it answers, sent and in the log, where people do so."""
        house.join("town", replace(TRAITS, reply_warning=does_so))
        heard = hear(house)
        with house.store.writing() as tx:
            tx.log.keep(replace(heard, id=0, warning=theirs, version="2"), house.clock.now())
        assert answer(house, heard).post.warning == ours
        house.deliver()
        with house.store.reading() as tx:
            assert tx.log.entries()[-1].warning == ours

    def test_a_warning_counts(self, house):
        """A warning that is taken over counts as the text does: the network counts both."""
        house.join("town", replace(TRAITS, reply_warning=True))
        heard = hear(house)
        with house.store.writing() as tx:
            tx.log.keep(replace(heard, id=0, warning="x" * 10, version="2"), house.clock.now())
        with pytest.raises(UsageError, match="the answer is 501 long"):
            answer(house, heard, "a" * 491)
        assert answer(house, heard, "a" * 490)

    def test_the_same_words_once(self, house):
        """The same answer to the same entry is planned once; other words are another answer."""
        theirs = hear(house)
        answer(house, theirs)
        with pytest.raises(UsageError, match=r"this answer is there already \(planned\)"):
            answer(house, theirs, " Tell me more.\n")
        assert answer(house, theirs, "Why?").id == 2

    def test_it_waits_for_no_gap(self):
        """An answer goes out at once, and holds back no post."""
        house = House(config=config(accounts=(account(gap=HOUR),)))
        post(house)
        house.deliver()
        answer(house, hear(house))
        assert house.deliver() == 1

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            (" \n", "the answer is empty"),
            ("a" * 501, "the answer is 501 long and town takes 500; shorten it"),
        ],
    )
    def test_what_cannot_be_sent(self, house, text, told):
        """An answer without words, or with too many, is refused in one line."""
        theirs = hear(house)
        with pytest.raises(UsageError, match=told):
            answer(house, theirs, text)

    def test_whom_we_do_not_answer(self, house):
        """An entry that is unknown, private or deleted cannot be answered."""
        private = hear(house, visibility=Visibility.DIRECT)
        for one in (private, entry(id=99)):
            with pytest.raises(UsageError, match=f"there is no entry {one.id}; `tipsbot log`"):
                answer(house, one)

    def test_an_account_that_is_gone(self, house):
        """An entry of an account that is no longer in the file is refused in one line."""
        theirs = hear(house)
        house.config = config(accounts=(account("village"),))
        with pytest.raises(UsageError, match="there is no account 'town'"):
            answer(house, theirs)


class TestRetract:
    def retract(self, house, delivery_id=1, editor="town"):
        """Ask for a post to be taken back."""
        return house.retract(delivery_id, house.platforms.get(editor), house.clock.now())

    def test_a_post_is_taken_back(self, house):
        """What was taken back is gone from its network, and known to be."""
        post(house)
        house.deliver()
        gone = self.retract(house)
        assert (house.texts(), house.get().state) == ([], State.RETRACTED)
        assert gone.receipt == house.get().receipt
        with pytest.raises(UsageError, match="taken back already"):
            self.retract(house)

    def test_an_answer_leaves_the_log(self, house):
        """An answer of ours that was taken back is erased from the log, and theirs stays."""
        theirs = hear(house)
        answer(house, theirs)
        house.deliver()
        self.retract(house)
        with house.store.reading() as tx:
            first, second = tx.log.entries()
        assert first == theirs
        assert (second.text, second.author, second.deleted_at) == ("", NOBODY, EIGHT)

    def test_only_the_answer_is_read(self, house):
        """Taking an answer back reads that one entry of the log, however many there are."""
        theirs = hear(house)
        answer(house, theirs)
        house.deliver()
        wheres = []

        def note(_conn, _cursor, statement, *_):
            if statement.startswith("SELECT entry."):
                wheres.append(statement.rpartition("WHERE")[2])

        event.listen(Engine, "before_cursor_execute", note)
        self.retract(house)
        event.remove(Engine, "before_cursor_execute", note)
        assert wheres
        one = ("entry.remote_id = ?", "entry.remote_id IN (?)", "entry.id = ?")
        assert all(where.endswith(one) for where in wheres)

    def test_a_network_that_fails(self, house):
        """A post that its network did not take back is not called so."""
        post(house)
        house.deliver()
        house.networks["town"].go_down()
        with pytest.raises(RetryLater):
            self.retract(house)
        assert house.get().state is State.POSTED

    def test_what_cannot_be_taken_back(self, house):
        """Only what was posted, on a network that lets us, can be taken back."""
        post(house)
        for number in (1, 99):
            with pytest.raises(UsageError, match=f"no posted delivery {number}; `tipsbot posts`"):
                self.retract(house, number)
        house.deliver()
        with pytest.raises(UsageError, match="cannot be taken back from here"):
            self.retract(house, editor="nobody")


def test_moments_of_slots_by_hand_differ(house):
    """Two posts by hand in one second are two slots."""
    post(house)
    house.clock.advance(timedelta(microseconds=1))
    post(house, again=True)
    assert len({one.slot.key for one in house.slots()}) == 2
    assert house.clock.now() < MONDAY


@pytest.mark.parametrize("text", ["ask @jo@social.network", "see https://a.example/@jo@social.net"])
def test_an_answer_names_whom_it_answers(text):
    """An answer that names somebody else, or shows a link, still names the person it answers."""
    said = entry(author=Author(name="Jo", handle="@jo@social.net"))
    assert addressed(text, said, mentions=True) == f"@jo@social.net {text}"
    named = f"{text}, @jo@social.net"
    assert addressed(named, said, mentions=True) == named
