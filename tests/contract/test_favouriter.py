"""Promises of every platform with favourites."""

import pytest

from bot.core.errors import Refused


@pytest.fixture
def said(network, publisher):
    """A person's reply to a post of the bot."""
    tip = publisher.publish(network.post("One word is enough."))
    return network.person_posts("I like it.", reply_to=tip.remote_id)


def test_a_favourite_is_there(network, favouriter, said):
    """A reply is favourited once, however often it is requested."""
    assert not network.is_favoured(said)
    for _ in range(2):
        favouriter.favourite(said)
    assert network.is_favoured(said)


def test_what_is_gone_is_refused(network, favouriter, said):
    """A deleted reply is refused, and nothing else happens."""
    network.person_deletes(said)
    with pytest.raises(Refused):
        favouriter.favourite(said)
