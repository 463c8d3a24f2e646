"""The controls of the network in memory, which other tests use."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.errors import Refused, Unauthorised
from bot.core.model.delivery import Post
from bot.core.model.entry import NOBODY
from tests.clock import FakeClock
from tests.contract.memory import TRAITS, MemoryNetwork, MemoryPlatform


@pytest.fixture
def clock():
    """A clock that a test moves."""
    return FakeClock()


@pytest.fixture
def network(clock):
    """A network without posts."""
    return MemoryNetwork(clock)


@pytest.fixture
def platform(network):
    """Its adapter."""
    return MemoryPlatform(network)


@pytest.fixture
def post(clock):
    """A frozen post."""
    text = "One word is enough."
    return Post(key="k", tip="t", title="T", text=text, body=text, created_at=clock.now())


def test_refusal(network, platform, post):
    """A refusal applies to the next post only, which does not exist."""
    network.refuse_next()
    with pytest.raises(Refused):
        platform.publish(post)
    assert network.posts == []
    assert platform.publish(post).remote_id == network.posts[0].id


def test_wrong_token(network, post):
    """A wrong token is rejected."""
    with pytest.raises(Unauthorised):
        MemoryPlatform(network, token="another").publish(post)


def test_restored(network, platform, post):
    """A token that was revoked can be accepted again."""
    network.revoke()
    network.restore()
    assert platform.publish(post).remote_id == network.posts[0].id


def test_keys_are_forgotten(clock, network, platform, post):
    """A key is known for its time, and then a repeat makes a second post."""
    platform.publish(post)
    clock.advance(TRAITS.key_memory - timedelta(seconds=1))
    platform.publish(post)
    assert len(network.posts) == 1
    clock.advance(timedelta(seconds=1))
    platform.publish(post)
    assert len(network.posts) == 2


def test_edits_are_heard(network, platform):
    """An edited post is read again, as another version of the same entry."""
    said = network.say("Is it?")
    first = platform.poll(None)
    network.edit(said, "Is it really?")
    (entry,) = platform.poll(first.cursor).entries
    assert (entry.remote_id, entry.text) == (said, "Is it really?")
    assert entry.version != first.entries[0].version
    assert entry.edited_at is not None


def test_deletions_are_heard(network, platform):
    """A deleted post is read again, without text and author."""
    said = network.say("Is it?")
    first = platform.poll(None)
    network.delete(said)
    (entry,) = platform.poll(first.cursor).entries
    assert (entry.remote_id, entry.text, entry.author) == (said, "", NOBODY)
    assert entry.deleted_at is not None


def test_answers_need_something_to_answer(network, platform, post):
    """A reply to a deleted post is refused."""
    said = network.say("Is it?")
    network.delete(said)
    with pytest.raises(Refused):
        platform.publish(replace(post, in_reply_to=said))
    assert network.posts == []
