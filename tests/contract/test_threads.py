"""What every platform keeps that can read below a post: what was said there, whomever it named."""

import pytest

from bot.core.errors import Refused
from bot.core.model.entry import NOBODY, Visibility

MOST_STEPS = 100


@pytest.fixture
def tip(world, publisher):
    """A post of ours that people can answer."""
    return publisher.publish(world.post("One word is enough."))


@pytest.fixture
def read(threads, tip):
    """Reads all that there is below the tip, from a cursor on; gives the entries and the cursor."""

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


def test_a_reply_to_a_reply_that_does_not_name_us(world, tip, read):
    """What people say to each other below our post is found, each under what it answers."""
    first = world.person_says("Is it?", reply_to=tip.remote_id)
    second = world.person_remarks("I wonder, too.", reply_to=first)
    third = world.person_remarks("So do I.", reply_to=second)
    entries, _ = read()
    assert {one: entries[one].in_reply_to for one in entries} == {
        first: tip.remote_id,
        second: first,
        third: second,
    }
    assert entries[third].text == "So do I."


def test_only_what_is_below(world, publisher, tip, read):
    """What was said elsewhere is no part of the thread."""
    other = publisher.publish(world.post("Two words are too many."))
    world.person_says("Are they?", reply_to=other.remote_id)
    said = world.person_says("Is it?", reply_to=tip.remote_id)
    assert list(read()[0]) == [said]


def test_nothing_new(world, tip, read):
    """A thread in which nothing was said since brings nothing, as often as it is read."""
    world.person_says("Is it?", reply_to=tip.remote_id)
    _, cursor = read()
    entries, cursor = read(cursor)
    assert not entries
    said = world.person_remarks("It is.", reply_to=tip.remote_id)
    assert said in read(cursor)[0]


def test_an_edit(world, tip, read):
    """What was changed since is told in its new words."""
    if not world.can_edit:
        pytest.skip("nothing can be changed there")
    said = world.person_says("Is it?", reply_to=tip.remote_id)
    _, cursor = read()
    world.person_edits(said, "Is it not?")
    assert read(cursor)[0][said].text.endswith("Is it not?")


def test_own_words(world, publisher, tip, read):
    """An answer of ours is not taken for somebody else's."""
    said = world.person_says("Is it?", reply_to=tip.remote_id)
    publisher.publish(world.post("It is.", in_reply_to=said))
    assert [one.remote_id for one in read()[0].values() if not one.ours] == [said]


def test_words_by_hand(world, publisher, tip, read):
    """What our own account says there is told as ours, in its place, and what is said to it below it."""
    said = world.person_says("Is it?", reply_to=tip.remote_id)
    by_hand = publisher.publish(world.post("It is, indeed.", in_reply_to=said)).remote_id
    more = publisher.publish(world.post("And more.", in_reply_to=tip.remote_id)).remote_id
    below = world.person_says("Really?", reply_to=by_hand)
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
def test_private_words(world, tip, read, visibility):
    """Of what is not for everybody, neither words nor author nor address are told."""
    if visibility not in world.private:
        pytest.skip(f"nothing can be said to {visibility.value} alone here")
    said = world.person_says("Between us.", reply_to=tip.remote_id, visibility=visibility)
    for entry in read()[0].values():
        assert (entry.remote_id, entry.visibility) == (said, visibility)
        assert (entry.text, entry.html, entry.author, entry.url) == ("", "", NOBODY, None)


def test_a_post_that_is_gone(world, editor, threads, tip):
    """Below a post that is gone there is nothing to be read any more."""
    editor.retract(tip.remote_id)
    with pytest.raises(Refused):
        threads.read_thread(tip.remote_id, None)
