"""Promises of every platform that can read threads: every reply, with or without a mention."""

import pytest

from bot.core.errors import Refused
from bot.core.model.entry import NOBODY, Visibility

MOST_STEPS = 100


@pytest.fixture
def read(threads, tip):
    """Reads everything below the tip from a cursor on; returns the entries and the cursor."""

    def step(cursor=None):
        entries = {}
        for _ in range(MOST_STEPS):
            batch = threads.read_thread(tip.remote_id, cursor)
            entries |= {entry.remote_id: entry for entry in batch.entries}
            cursor = batch.cursor
            if not batch.more:
                return entries, cursor
        raise AssertionError("reading never comes to its end")

    return step


def test_a_reply_to_a_reply_that_does_not_name_us(network, tip, read):
    """Replies of people to each other below the bot's post are read, each with its parent."""
    first = network.person_posts("Is it?", reply_to=tip.remote_id)
    second = network.person_replies_unmentioned("I wonder, too.", reply_to=first)
    third = network.person_replies_unmentioned("So do I.", reply_to=second)
    entries, _ = read()
    assert {one: entries[one].in_reply_to for one in entries} == {
        first: tip.remote_id,
        second: first,
        third: second,
    }
    assert entries[third].text == "So do I."


def test_only_what_is_below(network, publisher, tip, read):
    """Posts outside of the thread are not read."""
    other = publisher.publish(network.post("Two words are too many."))
    network.person_posts("Are they?", reply_to=other.remote_id)
    said = network.person_posts("Is it?", reply_to=tip.remote_id)
    assert list(read()[0]) == [said]


def test_nothing_new(network, tip, read):
    """An unchanged thread returns nothing, however often it is read."""
    network.person_posts("Is it?", reply_to=tip.remote_id)
    _, cursor = read()
    entries, cursor = read(cursor)
    assert not entries
    said = network.person_replies_unmentioned("It is.", reply_to=tip.remote_id)
    assert said in read(cursor)[0]


def test_an_edit(network, tip, read):
    """An edited reply is returned with its new text."""
    if not network.can_edit:
        pytest.skip("nothing can be changed there")
    said = network.person_posts("Is it?", reply_to=tip.remote_id)
    _, cursor = read()
    network.person_edits(said, "Is it not?")
    assert read(cursor)[0][said].text.endswith("Is it not?")


def test_own_words(network, publisher, tip, read):
    """The bot's reply is not taken for somebody else's."""
    said = network.person_posts("Is it?", reply_to=tip.remote_id)
    publisher.publish(network.post("It is.", in_reply_to=said))
    assert [one.remote_id for one in read()[0].values() if not one.ours] == [said]


def test_words_by_hand(network, publisher, tip, read):
    """A post by hand of the bot's account is returned as its own, with the replies below it."""
    said = network.person_posts("Is it?", reply_to=tip.remote_id)
    by_hand = publisher.publish(network.post("It is, indeed.", in_reply_to=said)).remote_id
    more = publisher.publish(network.post("And more.", in_reply_to=tip.remote_id)).remote_id
    below = network.person_posts("Really?", reply_to=by_hand)
    entries, _ = read()
    if not any(one.ours for one in entries.values()):
        pytest.skip("our own answers are known from elsewhere here")
    assert {one for one in entries if entries[one].ours} == {by_hand, more}
    assert tip.remote_id not in entries
    assert entries[by_hand].text.endswith("It is, indeed.")
    assert (entries[by_hand].in_reply_to, entries[more].in_reply_to) == (said, tip.remote_id)
    assert (entries[by_hand].author.handle, entries[by_hand].html) == ("", "")
    assert below not in entries or entries[below].in_reply_to == by_hand


@pytest.mark.parametrize("visibility", [Visibility.FOLLOWERS, Visibility.DIRECT])
def test_private_words(network, tip, read, visibility):
    """A private reply has neither text nor author nor address."""
    if visibility not in network.private:
        pytest.skip(f"nothing can be said to {visibility.value} alone here")
    said = network.person_posts("Between us.", reply_to=tip.remote_id, visibility=visibility)
    for entry in read()[0].values():
        assert (entry.remote_id, entry.visibility) == (said, visibility)
        assert (entry.text, entry.html, entry.author, entry.url) == ("", "", NOBODY, None)


def test_a_post_that_is_gone(network, editor, threads, tip):
    """Below a deleted post there is nothing to read."""
    editor.retract(tip.remote_id)
    with pytest.raises(Refused):
        threads.read_thread(tip.remote_id, None)
