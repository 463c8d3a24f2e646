"""Promises of every platform that takes pictures: one post, its very picture, and its alt text."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from itertools import count

import pytest
from PIL import ExifTags, Image

from bot.app.posting.send import preparer_of
from bot.core.errors import (
    Duplicate,
    OutcomeUnknown,
    Refused,
    RetryLater,
    Unauthorised,
)
from bot.core.model.capabilities import Ability
from bot.core.model.lookup import Found
from bot.core.ports.platform import Preparer
from bot.pictures import read_picture
from tests.contract.test_publisher import publish_or_duplicate, skip_unless_repeatable
from tests.pictures.samples import BLUE, GREEN, RED, YELLOW, file, is_near, noise, quarters

TEXT = "One word is enough. 🎉 See https://tips.example/a?b=1&c=2#d"
ALT = "Four fields: “red” & green,\nblue < yellow 🟡"
SECRET = "Baker Street 221b"
LONGER = timedelta(hours=13)
"""Longer than any adapter relies on an upload."""


@pytest.fixture
def platform(network):
    """The adapter of a network to which pictures can be sent."""
    limits = network.kind.traits.picture
    if limits is None or limits.is_fetched:
        pytest.skip(f"{network.kind.name} is sent no pictures")
    assert Ability.PUBLISH in network.kind.traits.abilities
    return network.platform


@pytest.fixture
def preparer(platform, failing):
    """The same, of a network to which they are sent before the post."""
    assert isinstance(platform, Preparer)
    return platform


@pytest.fixture
def post(network):
    """A post with a picture."""
    return network.pictures.put(network.post(TEXT), file(quarters((400, 200))), ALT)


def ready(platform, post):
    """The post as it is before it is sent, with what was sent beforehand."""
    sends_before = preparer_of(platform, post)
    return post if sends_before is None else replace(post, prepared=sends_before.prepare(post))


def only_picture(network, post, remote_id):
    """The one picture of the one post, which has its exact text and alt text."""
    assert network.existing_posts() == [(remote_id, post.text)]
    ((alt, data),) = network.pictures_of(remote_id)
    assert alt == post.picture.alt
    return data


def shown(data):
    """A picture's colours in the middle of its four quarters."""
    image = Image.open(BytesIO(data)).convert("RGB")
    places = [(x, y) for y in (1, 3) for x in (1, 3)]
    return [image.getpixel((x * image.width // 4, y * image.height // 4)) for x, y in places]


def is_the_picture(data):
    """Whether it shows the four fields."""
    return all(map(is_near, shown(data), (RED, GREEN, BLUE, YELLOW)))


def test_a_post_has_its_picture(network, platform, post):
    """A post exists once, with its exact text, with its picture, and with its alt text."""
    receipt = platform.publish(ready(platform, post))
    data = only_picture(network, post, receipt.remote_id)
    assert is_the_picture(data)
    facts = read_picture(data)
    assert (facts.width, facts.height) == (400, 200)


def test_the_longest_alt_text(network, platform, post):
    """An alt text as long as the network's limit arrives whole."""
    alt = "ä🎉 b" * (platform.learn().picture.max_alt // 4)
    post = replace(post, picture=replace(post.picture, alt=alt))
    receipt = platform.publish(ready(platform, post))
    only_picture(network, post, receipt.remote_id)


def test_a_large_picture_is_made_smaller(network, platform):
    """What is larger than the network takes is sent within its limits of kinds, bytes and size."""
    limits = platform.learn().picture
    large = file(noise((2200, 1100)), "JPEG", quality=95)
    post = network.pictures.put(network.post(TEXT), large, ALT)
    receipt = platform.publish(ready(platform, post))
    data = only_picture(network, post, receipt.remote_id)
    facts = read_picture(data)
    assert len(data) <= limits.max_bytes
    assert facts.kind in limits.kinds
    assert max(facts.width, facts.height) <= limits.max_side
    assert abs(facts.width - 2 * facts.height) <= 2


def test_nothing_else_of_the_file_is_sent(network, platform):
    """Neither place nor author, comment or colour profile of the operator's file is on the network."""
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = exif[ExifTags.Base.ImageDescription] = SECRET
    exif[ExifTags.Base.Orientation] = 1
    told = file(quarters((400, 200)), "JPEG", exif=exif, comment=SECRET.encode())
    assert SECRET.encode() in told
    post = network.pictures.put(network.post(TEXT), told, ALT)
    receipt = platform.publish(ready(platform, post))
    data = only_picture(network, post, receipt.remote_id)
    assert is_the_picture(data)
    assert SECRET.encode() not in data
    image = Image.open(BytesIO(data))
    assert not image.getexif()
    assert not {"icc_profile", "comment", "exif", "xmp"} & image.info.keys()


def test_posts_have_their_own_pictures(network, platform, post):
    """Each of two posts has its picture, and one without a picture has none."""
    other = network.pictures.put(network.post("Another."), file(quarters((40, 40))), "Small.")
    ids = [
        platform.publish(ready(platform, one)).remote_id
        for one in (post, other, network.post("None."))
    ]
    alts = [[alt for alt, _ in network.pictures_of(one)] for one in ids]
    assert alts == [[ALT], ["Small."], []]


def test_a_post_without_a_picture_needs_nothing_before(network, platform):
    """Only a post with a picture is sent in two parts."""
    assert preparer_of(platform, network.post(TEXT)) is None


@pytest.mark.parametrize("lose", ["lose_next_answer", "lose_next_request"])
def test_a_lost_upload_is_repeated(network, preparer, post, lose):
    """Whichever request is lost, or its answer, nothing is posted; repeated, one post has it once."""
    prepared = None
    for before in count():
        network.let_pass(before)
        getattr(network, lose)()
        try:
            prepared = preparer.prepare(post)
        except (RetryLater, OutcomeUnknown):
            assert network.existing_posts() == []
        else:
            break
    assert before > 0, "nothing was lost"
    network.lose_nothing()
    receipt = preparer.publish(replace(post, prepared=prepared))
    assert is_the_picture(only_picture(network, post, receipt.remote_id))


def test_a_network_that_is_down(network, preparer, post):
    """While a network refuses connections a picture can be sent later."""
    network.go_down()
    with pytest.raises(RetryLater):
        preparer.prepare(post)
    network.come_back()
    receipt = preparer.publish(ready(preparer, post))
    assert is_the_picture(only_picture(network, post, receipt.remote_id))


def test_a_sent_picture_is_not_sent_again(network, preparer, post):
    """What was sent a moment ago is used, also by another process."""
    sent = ready(preparer, post)
    network.clock.advance(minutes=10)
    assert preparer.prepare(sent) == sent.prepared
    assert network.another().prepare(sent) == sent.prepared
    assert network.pictures.made == 1
    receipt = network.another().publish(sent)
    assert is_the_picture(only_picture(network, post, receipt.remote_id))


def test_an_old_upload_is_not_relied_on(network, preparer, post):
    """A picture that the network may have dropped is sent again, and the post has that one."""
    sent = ready(preparer, post)
    network.clock.advance(LONGER)
    again = ready(preparer, sent)
    assert again.prepared != sent.prepared
    assert network.pictures.made == 2
    receipt = preparer.publish(again)
    assert is_the_picture(only_picture(network, post, receipt.remote_id))


def test_what_was_stored_damaged_is_sent_again(network, preparer, post):
    """A note of an upload that cannot be read, or is from the future, is not relied on."""
    sent = ready(preparer, post)
    network.clock.advance(-LONGER)
    for kept in (sent.prepared, "", "[]", "{}", "no JSON"):
        assert preparer.prepare(replace(post, prepared=kept)) != kept


def test_a_post_whose_answer_was_lost_is_found(network, preparer, post):
    """A post with a picture that was made unknown to us is found as one without."""
    sent = ready(preparer, post)
    network.lose_next_answer()
    with pytest.raises(OutcomeUnknown):
        preparer.publish(sent)
    ((remote_id, _),) = network.existing_posts()
    found = preparer.find(network.unsure(sent))
    assert isinstance(found, Found)
    assert found.receipt.remote_id == remote_id
    assert is_the_picture(only_picture(network, post, remote_id))


def test_a_repeated_post(network, platform, post):
    """Where repeats are safe, a post with a picture sent again makes no second one."""
    skip_unless_repeatable(network)
    sent = ready(platform, post)
    receipt = platform.publish(sent)
    assert publish_or_duplicate(platform, ready(platform, sent)) in {receipt, Duplicate}
    assert is_the_picture(only_picture(network, post, receipt.remote_id))


def test_a_refused_picture(network, preparer, post):
    """A picture that the network will not have is refused in one line, and nothing is posted."""
    network.refuse_next_picture()
    with pytest.raises(Refused) as caught:
        preparer.prepare(post)
    assert str(caught.value).isprintable()
    assert caught.value.todo
    assert network.existing_posts() == []


def test_a_picture_that_cannot_be_made(network, preparer, post):
    """A picture that is lost on our side is refused before anything is sent."""
    network.pictures.files.clear()
    with pytest.raises(Refused):
        preparer.prepare(post)
    assert network.existing_posts() == []


def test_revoked_credentials(network, preparer, post):
    """Credentials that are rejected for a picture are named as the reason."""
    network.revoke()
    with pytest.raises(Unauthorised):
        preparer.prepare(post)
    assert network.existing_posts() == []
