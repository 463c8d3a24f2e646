"""What every platform keeps that can look again: what is there is told as it is, what is gone too."""

import pytest

from bot.core.errors import RetryLater, Unauthorised
from bot.core.model.entry import Visibility


@pytest.fixture
def tip(world, publisher):
    """A post of ours that people can answer."""
    return publisher.publish(world.post("One word is enough."))


@pytest.fixture
def say(world, tip):
    """Lets the person reply to the tip."""
    return lambda text: world.person_says(text, reply_to=tip.remote_id)


def test_what_is_the_same(say, checks):
    """What nobody touched is told again as it was."""
    said = say("Is it?")
    (entry,) = checks.check([said]).entries
    assert (entry.remote_id, entry.text.endswith("Is it?"), entry.edited_at) == (said, True, None)


def test_what_was_edited(world, say, checks):
    """An edit is told in its new words, and as a later version."""
    if not world.can_edit:
        pytest.skip("nothing can be changed there")
    said = say("Is it?")
    world.person_edits(said, "Is it not?")
    (entry,) = checks.check([said]).entries
    assert entry.text.endswith("Is it not?")
    assert entry.version
    assert entry.edited_at is not None


def test_what_is_gone(world, say, checks):
    """Of several, exactly those are gone that were taken back."""
    said = [say(f"Reply {number}.") for number in range(5)]
    for one in said[1:3]:
        world.person_deletes(one)
    found = checks.check(said)
    assert found.gone == set(said[1:3])
    assert {entry.remote_id for entry in found.entries} == {said[0], *said[3:]}


@pytest.mark.parametrize("visibility", [Visibility.FOLLOWERS, Visibility.DIRECT])
def test_private_words(world, tip, checks, visibility):
    """What is not for everybody is told without its words at a second look, too."""
    if visibility not in world.private:
        pytest.skip(f"nothing can be said to {visibility.value} alone here")
    said = world.person_says("Between us.", reply_to=tip.remote_id, visibility=visibility)
    assert all(not entry.is_legible for entry in checks.check([said]).entries)


def test_nothing_is_gone_because_nobody_answers(far, say, checks):
    """A network that is down, or does not know us any more, makes nothing seem to be gone."""
    said = say("Is it?")
    far.go_down()
    with pytest.raises(RetryLater):
        checks.check([said])
    far.come_back()
    far.revoke()
    with pytest.raises(Unauthorised):
        checks.check([said])
