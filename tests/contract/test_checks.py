"""Promises of every platform that can check entries: current content, and deletions."""

import pytest

from bot.core.errors import RetryLater, Unauthorised
from bot.core.model.entry import Visibility


@pytest.fixture
def say(network, tip):
    """Lets the person reply to the tip."""
    return lambda text: network.person_posts(text, reply_to=tip.remote_id)


def test_what_is_the_same(say, checks):
    """An unchanged entry is returned as before."""
    said = say("Is it?")
    (entry,) = checks.check([said]).entries
    assert (entry.remote_id, entry.text.endswith("Is it?"), entry.edited_at) == (said, True, None)


def test_what_was_edited(network, say, checks):
    """An edited entry has its new text, and a later version."""
    if not network.can_edit:
        pytest.skip("nothing can be changed there")
    said = say("Is it?")
    network.person_edits(said, "Is it not?")
    (entry,) = checks.check([said]).entries
    assert entry.text.endswith("Is it not?")
    assert entry.version
    assert entry.edited_at is not None


def test_what_is_gone(network, say, checks):
    """Of several entries exactly the deleted ones are gone."""
    said = [say(f"Reply {number}.") for number in range(5)]
    for one in said[1:3]:
        network.person_deletes(one)
    found = checks.check(said)
    assert found.gone == set(said[1:3])
    assert {entry.remote_id for entry in found.entries} == {said[0], *said[3:]}


@pytest.mark.parametrize("visibility", [Visibility.FOLLOWERS, Visibility.DIRECT])
def test_private_words(network, tip, checks, visibility):
    """A private entry has no text at a check either."""
    if visibility not in network.private:
        pytest.skip(f"nothing can be said to {visibility.value} alone here")
    said = network.person_posts("Between us.", reply_to=tip.remote_id, visibility=visibility)
    assert all(not entry.is_legible for entry in checks.check([said]).entries)


def test_nothing_is_gone_because_nobody_answers(failing, say, checks):
    """A network that is down or rejects the credentials makes no entry seem deleted."""
    said = say("Is it?")
    failing.go_down()
    with pytest.raises(RetryLater):
        checks.check([said])
    failing.come_back()
    failing.revoke()
    with pytest.raises(Unauthorised):
        checks.check([said])
