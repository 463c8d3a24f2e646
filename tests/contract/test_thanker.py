"""What every platform keeps that can favour what was said to it."""

import pytest

from bot.core.errors import Refused


@pytest.fixture
def said(world, publisher):
    """What a person answered to a post of ours."""
    tip = publisher.publish(world.post("One word is enough."))
    return world.person_says("I like it.", reply_to=tip.remote_id)


def test_a_favourite_is_there(world, thanker, said):
    """What is favoured is favoured once, however often it is asked for."""
    assert not world.is_favoured(said)
    for _ in range(2):
        thanker.favourite(said)
    assert world.is_favoured(said)


def test_what_is_gone_is_refused(world, thanker, said):
    """What was taken back meanwhile is refused, and nothing else happens."""
    world.person_deletes(said)
    with pytest.raises(Refused):
        thanker.favourite(said)
