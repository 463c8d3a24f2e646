"""Promises of every platform that can listen: every reply once, and nothing private."""

from itertools import count

import pytest

from bot.core.model.entry import NOBODY, EntryKind, Visibility
from bot.core.model.lookup import SKEW
from tests.contract.reader import Reader

TRICKY = 'No! 1 < 2 & "2 > 1". Naïve 🎉👩‍⚕️, 日本語.\n\nSee https://tips.example/a?b=1&c=2#d'
MANY = 45
"""More than a page of some networks."""


@pytest.fixture
def reader(listener, tip):
    """A reader that has read everything so far."""
    reader = Reader(listener)
    reader.listen()
    return reader


@pytest.fixture
def say(network, tip):
    """Lets the person reply to the tip several times with different texts; returns the ids."""
    numbers = count(1)

    def reply(times):
        texts = [f"Reply {next(numbers)}." for _ in range(times)]
        return [network.person_posts(text, reply_to=tip.remote_id) for text in texts]

    return reply


def test_a_reply(network, tip, reader):
    """A reply has its text, author, time, address and parent."""
    said = network.person_posts("Is it?", reply_to=tip.remote_id)
    (entry,) = reader.listen()
    assert (entry.account, entry.remote_id) == (network.platform.account, said)
    assert (entry.author.name, entry.text) == (network.person, f"{network.mention_prefix}Is it?")
    assert (entry.visibility, entry.ours) == (Visibility.PUBLIC, False)
    assert abs(entry.at - network.clock.now()) < SKEW
    assert entry.url is not None
    assert entry.url.startswith(("http://", "https://"))


def test_the_first_reading_knows_when_it_was_first_tried(network, listener, tip):
    """It reaches back from that moment, so that an outage before its answer hides nothing."""
    began = network.clock.now()
    network.person_posts("Is it?", reply_to=tip.remote_id)
    first = listener.poll(None, began)
    assert listener.poll(first.cursor, began).cursor is not None


def test_a_reply_knows_its_place(network, tip, reader):
    """A reply has the id of its parent; on the bot's site, the tip of its page."""
    network.person_posts("Is it?", reply_to=tip.remote_id)
    (entry,) = reader.listen()
    if network.kind.traits.is_home:
        assert (entry.kind, entry.tip) == (EntryKind.COMMENT, "tip-1")
    else:
        assert (entry.kind, entry.in_reply_to) == (EntryKind.REPLY, tip.remote_id)


def test_a_reply_to_a_reply(network, tip, reader):
    """A reply to a reply has that reply as its parent."""
    first = network.person_posts("Is it?", reply_to=tip.remote_id)
    second = network.person_posts("I mean: really?", reply_to=first)
    reader.listen()
    assert reader.heard[second].in_reply_to == first


def test_a_mention(network, reader):
    """A mention outside of any thread is read, without a parent."""
    if not network.can_mention:
        pytest.skip("nobody can speak to us here without answering something")
    said = network.person_posts("Good morning!")
    (entry,) = reader.listen()
    assert (entry.remote_id, entry.kind, entry.in_reply_to) == (said, EntryKind.MENTION, None)


def test_foreign_words(network, tip, reader):
    """Markup, emoji, other scripts, line ends and links are read as written."""
    network.person_posts(TRICKY, reply_to=tip.remote_id)
    (entry,) = reader.listen()
    assert entry.text == network.mention_prefix + TRICKY


def test_nothing_new(network, tip, reader):
    """After the last entry polling returns nothing new, however often."""
    network.person_posts("Is it?", reply_to=tip.remote_id)
    assert len(reader.listen()) == 1
    assert reader.listen() == reader.listen() == []


def test_after_a_restart(network, tip, reader):
    """A new adapter continues from a cursor, which is only text."""
    network.person_posts("Is it?", reply_to=tip.remote_id)
    reader.listen()
    assert isinstance(reader.cursor, str)
    fresh = Reader(network.another(), reader.cursor)
    fresh.heard = dict(reader.heard)
    assert fresh.listen() == []
    said = network.person_posts("Are you there?", reply_to=tip.remote_id)
    assert [entry.remote_id for entry in fresh.listen()] == [said]


@pytest.mark.parametrize("earlier", [0, 1])
def test_many_replies(say, reader, earlier):
    """Every one of many replies is read, the first ones and later ones."""
    say(earlier)
    assert len(reader.listen()) == earlier
    said = say(MANY)
    assert sorted(entry.remote_id for entry in reader.listen()) == sorted(said)


@pytest.mark.parametrize("earlier", [0, 1])
def test_replies_between_steps(say, reader, earlier):
    """A reply that comes while the bot polls is read then or the next time."""
    said = say(earlier)
    reader.listen()
    said += say(MANY)
    for _ in range(3):
        reader.step()
        said += say(1)
    reader.listen()
    assert sorted(reader.heard) == sorted(said)


def test_what_was_said_before(network, listener, tip):
    """Replies from before the first poll are read."""
    said = network.person_posts("Is it?", reply_to=tip.remote_id)
    assert [entry.remote_id for entry in Reader(listener).listen()] == [said]


def test_own_words(network, publisher, tip, reader):
    """The bot's own posts are never read as those of others."""
    said = network.person_posts("Is it?", reply_to=tip.remote_id)
    publisher.publish(network.post("It is.", in_reply_to=said))
    publisher.publish(network.post(f"{network.mention_prefix}Another tip."))
    assert [entry.remote_id for entry in reader.listen() if not entry.ours] == [said]


def test_taken_back(network, tip, reader):
    """A reply that was deleted before it was read has neither text nor author."""
    said = network.person_posts("I regret this.", reply_to=tip.remote_id)
    network.person_deletes(said)
    assert all((entry.text, entry.author) == ("", NOBODY) for entry in reader.listen())


@pytest.mark.parametrize("visibility", [Visibility.FOLLOWERS, Visibility.DIRECT])
def test_private_words(network, tip, reader, visibility):
    """A private reply is returned without text, author, address and markup."""
    if visibility not in network.private:
        pytest.skip(f"nothing can be said to {visibility.value} alone here")
    said = network.person_posts("Between us.", reply_to=tip.remote_id, visibility=visibility)
    (entry,) = reader.listen()
    assert (entry.remote_id, entry.visibility) == (said, visibility)
    assert (entry.text, entry.html, entry.author, entry.url) == ("", "", NOBODY, None)
