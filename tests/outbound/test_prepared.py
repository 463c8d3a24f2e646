"""What a network gave for a picture is used while the network surely has it, and no longer."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.errors import Refused, RetryLater
from bot.core.model.picture import CARD, Picture
from bot.outbound.prepared import Uploads, given
from tests.clock import FakeClock
from tests.core.samples import post
from tests.pictures.given import GivenPictures
from tests.pictures.samples import file, limits, quarters

HOUR = timedelta(hours=1)


class Network:
    """Takes pictures, and counts them."""

    def __init__(self, pictures=None):
        self.clock = FakeClock()
        self.pictures = GivenPictures()
        self.uploads = Uploads(clock=self.clock, pictures=pictures or self.pictures, lasts=HOUR)
        self.post = self.pictures.put(post(), file(quarters()), "A cat")
        self.taken = []

    def prepare(self, prepared=None, **changes):
        """What is stored with the post."""
        frozen = replace(self.post, prepared=prepared, **changes)
        return self.uploads.prepare(frozen, limits(), self.take)

    def take(self, picture, alt):
        """Take a picture in."""
        self.taken.append((picture, alt))
        return {"media": f"m{len(self.taken)}"}


@pytest.fixture
def network():
    """A network that has nothing yet."""
    return Network()


def test_a_picture_is_sent_with_its_alt_text(network):
    """The network is given the encoded picture and the alt text; what it gave is a text."""
    assert given(network.prepare())["media"] == "m1"
    ((picture, alt),) = network.taken
    assert (picture.width, picture.height, alt) == (80, 40, "A cat")


@pytest.mark.parametrize(
    ("after", "is_kept"),
    [
        (timedelta(0), True),
        (HOUR - timedelta(microseconds=1), True),
        (HOUR, False),
        (timedelta(days=400), False),
        (-timedelta(seconds=1), False),
    ],
)
def test_it_is_used_as_long_as_it_lasts(network, after, is_kept):
    """An earlier upload is used within its time, and neither later nor where it is from the future."""
    first = network.prepare()
    network.clock.advance(after)
    assert (network.prepare(first) == first) is is_kept
    assert len(network.taken) == (1 if is_kept else 2)


@pytest.mark.parametrize(
    "kept", ["", "null", "[]", "{}", "x", '{"at": 5}', '{"at": ""}', '{"at": null}', "{" * 9]
)
def test_what_is_no_upload_is_not_used(network, kept):
    """A note that cannot be read is an upload that is made again."""
    assert given(network.prepare(kept))["media"] == "m1"


@pytest.mark.parametrize("at", ["yesterday", "2026-99-99", "2026-03-02T99:00Z"])
def test_a_time_that_is_none_is_not_believed(network, at):
    """A time that no upload wrote is not relied on, and raises nothing."""
    assert given(network.prepare(json.dumps({"media": "old", "at": at})))["media"] == "m1"


def test_only_posts_with_pictures_need_it(network):
    """A post without a picture, and a bot that sends no pictures, need nothing beforehand."""
    assert network.uploads.is_needed(network.post)
    assert not network.uploads.is_needed(post())
    without = Uploads(clock=network.clock, pictures=None, lasts=HOUR)
    assert not without.is_needed(network.post)
    with pytest.raises(Refused, match="no picture can be sent"):
        without.prepare(network.post, limits(), network.take)


def test_what_cannot_be_sent_is_refused(network):
    """A post without a picture, and a network that takes none, are refused without a request."""
    with pytest.raises(Refused, match="no picture can be sent"):
        network.prepare(picture=None)
    with pytest.raises(Refused, match="no picture can be sent"):
        network.uploads.prepare(network.post, None, network.take)
    with pytest.raises(Refused, match="is not there"):
        network.prepare(picture=Picture(name=CARD, alt="Words."))
    assert network.taken == []


def test_an_error_of_the_network_is_passed_on(network):
    """What the network raises is raised, and nothing is noted."""

    def fail(_picture, _alt):
        raise RetryLater("not now")

    with pytest.raises(RetryLater):
        network.uploads.prepare(network.post, limits(), fail)


def test_nothing_was_given():
    """A post without a note was given nothing."""
    assert given(None) == {} == given("no JSON")
