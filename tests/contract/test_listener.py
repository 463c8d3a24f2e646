"""What every platform keeps that can listen: everything that was said, once, and nothing private."""

from itertools import count

import pytest

from bot.core.model.entry import NOBODY, EntryKind, Visibility
from bot.core.model.lookup import SKEW
from tests.contract.hearing import Ears

TRICKY = 'No! 1 < 2 & "2 > 1". Naïve 🎉👩‍⚕️, 日本語.\n\nSee https://tips.example/a?b=1&c=2#d'
MANY = 45
"""More than some networks list at once."""


@pytest.fixture
def tip(world, publisher):
    """A post of ours that people can answer."""
    return publisher.publish(world.post("One word is enough."))


@pytest.fixture
def ears(listener, tip):
    """The bot's ears, which have heard all that was said so far."""
    ears = Ears(listener)
    ears.listen()
    return ears


@pytest.fixture
def say(world, tip):
    """Lets the person reply to the tip so many times, each time in other words; gives the ids."""
    numbers = count(1)

    def reply(times):
        texts = [f"Reply {next(numbers)}." for _ in range(times)]
        return [world.person_says(text, reply_to=tip.remote_id) for text in texts]

    return reply


def test_a_reply(world, tip, ears):
    """A reply tells what was said, by whom, when, where, and to which post of ours."""
    said = world.person_says("Is it?", reply_to=tip.remote_id)
    (entry,) = ears.listen()
    assert (entry.account, entry.remote_id) == (world.platform.account, said)
    assert (entry.author.name, entry.text) == (world.person, f"{world.greeting}Is it?")
    assert (entry.visibility, entry.ours) == (Visibility.PUBLIC, False)
    assert abs(entry.at - world.clock.now()) < SKEW
    assert entry.url is not None
    assert entry.url.startswith(("http://", "https://"))


def test_a_reply_knows_its_place(world, tip, ears):
    """A reply names the post that it answers; on the bot's own site, the tip whose page it is on."""
    world.person_says("Is it?", reply_to=tip.remote_id)
    (entry,) = ears.listen()
    if world.kind.traits.is_home:
        assert (entry.kind, entry.tip) == (EntryKind.COMMENT, "tip-1")
    else:
        assert (entry.kind, entry.in_reply_to) == (EntryKind.REPLY, tip.remote_id)


def test_a_reply_to_a_reply(world, tip, ears):
    """A reply to a reply names that reply, so that a thread can be made of them."""
    first = world.person_says("Is it?", reply_to=tip.remote_id)
    second = world.person_says("I mean: really?", reply_to=first)
    ears.listen()
    assert ears.heard[second].in_reply_to == first


def test_a_mention(world, ears):
    """What is said to us outside any thread is heard, and hangs under nothing."""
    if not world.can_mention:
        pytest.skip("nobody can speak to us here without answering something")
    said = world.person_says("Good morning!")
    (entry,) = ears.listen()
    assert (entry.remote_id, entry.kind, entry.in_reply_to) == (said, EntryKind.MENTION, None)


def test_foreign_words(world, tip, ears):
    """Markup, emoji, other scripts, line ends and links are heard as they were written."""
    world.person_says(TRICKY, reply_to=tip.remote_id)
    (entry,) = ears.listen()
    assert entry.text == world.greeting + TRICKY


def test_nothing_new(world, tip, ears):
    """Once all was heard, listening again tells nothing new, however often."""
    world.person_says("Is it?", reply_to=tip.remote_id)
    assert len(ears.listen()) == 1
    assert ears.listen() == ears.listen() == []


def test_after_a_restart(world, tip, ears):
    """A cursor is only text: a fresh adapter goes on with it where the last one stopped."""
    world.person_says("Is it?", reply_to=tip.remote_id)
    ears.listen()
    assert isinstance(ears.cursor, str)
    fresh = Ears(world.another(), ears.cursor)
    fresh.heard = dict(ears.heard)
    assert fresh.listen() == []
    said = world.person_says("Are you there?", reply_to=tip.remote_id)
    assert [entry.remote_id for entry in fresh.listen()] == [said]


@pytest.mark.parametrize("earlier", [0, 1])
def test_many_replies(say, ears, earlier):
    """However many replies come, the first ones ever or later ones, each is heard."""
    say(earlier)
    assert len(ears.listen()) == earlier
    said = say(MANY)
    assert sorted(entry.remote_id for entry in ears.listen()) == sorted(said)


@pytest.mark.parametrize("earlier", [0, 1])
def test_replies_between_steps(say, ears, earlier):
    """What is said while the bot is still listening is heard as well, now or the next time."""
    said = say(earlier)
    ears.listen()
    said += say(MANY)
    for _ in range(3):
        ears.step()
        said += say(1)
    ears.listen()
    assert sorted(ears.heard) == sorted(said)


def test_what_was_said_before(world, listener, tip):
    """What was said before the bot listened for the first time, after its post, is heard as well."""
    said = world.person_says("Is it?", reply_to=tip.remote_id)
    assert [entry.remote_id for entry in Ears(listener).listen()] == [said]


def test_own_words(world, publisher, tip, ears):
    """Nothing that the bot posts, even to itself, is heard as if somebody else had said it."""
    said = world.person_says("Is it?", reply_to=tip.remote_id)
    publisher.publish(world.post("It is.", in_reply_to=said))
    publisher.publish(world.post(f"{world.greeting}Another tip."))
    assert [entry.remote_id for entry in ears.listen() if not entry.ours] == [said]


def test_taken_back(world, tip, ears):
    """Of what was taken back before it was heard, neither words nor name are told."""
    said = world.person_says("I regret this.", reply_to=tip.remote_id)
    world.person_deletes(said)
    assert all((entry.text, entry.author) == ("", NOBODY) for entry in ears.listen())


@pytest.mark.parametrize("visibility", [Visibility.FOLLOWERS, Visibility.DIRECT])
def test_private_words(world, tip, ears, visibility):
    """What is not for everybody is heard of, but its words, author, address and markup are not told."""
    if visibility not in world.private:
        pytest.skip(f"nothing can be said to {visibility.value} alone here")
    said = world.person_says("Between us.", reply_to=tip.remote_id, visibility=visibility)
    (entry,) = ears.listen()
    assert (entry.remote_id, entry.visibility) == (said, visibility)
    assert (entry.text, entry.html, entry.author, entry.url) == ("", "", NOBODY, None)
