"""Pictures on Bluesky: of the link's card, or beside the text, in a record that is always the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.errors import Refused, RetryLater
from bot.core.model.picture import CARD
from bot.platforms.bluesky.posting.post_record import post_record
from tests.clock import FakeClock
from tests.core.samples import MINUTE
from tests.pictures.given import GivenPictures
from tests.pictures.samples import file, quarters
from tests.platforms.bluesky.samples import FULL, LINK, NOON, POST, adapter, adapter_at
from tests.servers.bluesky import Trouble
from tests.servers.scripted import Scripted, scripted

UPLOAD = "uploadBlob"


@pytest.fixture
def pictures():
    """The pictures of posts."""
    return GivenPictures()


@pytest.fixture
def bot(server, clock, pictures):
    """The adapter for the server's bot, with pictures."""
    return adapter(server, clock, pictures=pictures)


def cat(pictures, post=POST):
    """The post with a picture of the operator's."""
    return pictures.put(post, file(quarters()), "A cat")


def card(pictures, post=POST):
    """The post with a card, which is drawn as the picture of the test."""
    made = pictures.put(post, file(quarters()), "All words.")
    pictures.files[CARD] = file(quarters())
    return replace(made, picture=replace(made.picture, name=CARD))


def ready(bot, post):
    """The post with its uploaded picture."""
    return replace(post, prepared=bot.prepare(post))


def embed(server):
    """What the one post has beside its text."""
    (found,) = server.posts_of(server.bot)
    return found.value.get("embed")


def test_a_picture_beside_the_text(server, bot, pictures):
    """A picture of the operator's has its alt text and its proportions."""
    bot.publish(ready(bot, cat(pictures)))
    found = embed(server)
    (image,) = found["images"]
    assert found["$type"] == "app.bsky.embed.images"
    assert (image["alt"], image["aspectRatio"]) == ("A cat", {"width": 80, "height": 40})
    assert image["image"]["mimeType"] == "image/png"
    assert len(server.blob(image["image"]["ref"]["$link"])) == image["image"]["size"]


def test_a_picture_goes_before_the_links_card(server, bot, pictures):
    """A post has one of both: the picture, whose alt text people need, and the link in the text."""
    bot.publish(ready(bot, cat(pictures, FULL)))
    assert embed(server)["$type"] == "app.bsky.embed.images"
    (post,) = server.posts_of(server.bot)
    assert LINK in post.value["text"]


def test_a_card_is_the_thumbnail_of_the_link(server, bot, pictures):
    """A drawn card of a post with a link is the picture of the link's card."""
    bot.publish(ready(bot, card(pictures, FULL)))
    found = embed(server)
    assert found["$type"] == "app.bsky.embed.external"
    assert found["external"].keys() == {"uri", "title", "description", "thumb"}
    assert server.blob(found["external"]["thumb"]["ref"]["$link"]).startswith(b"\x89PNG")


def test_a_card_without_a_link(server, bot, pictures):
    """A card of a post without a link is a picture beside the text, with its words as alt text."""
    bot.publish(ready(bot, card(pictures)))
    (image,) = embed(server)["images"]
    assert image["alt"] == "All words."


def test_without_an_upload():
    """A post to which nothing was sent beforehand has its link's card, or nothing."""
    pictures = GivenPictures()
    assert "embed" not in post_record(cat(pictures))
    assert "thumb" not in post_record(card(pictures, FULL))["embed"]["external"]


def test_a_repeat_is_the_identical_record(server, bot, pictures, clock):
    """Sent again, also after the picture was uploaded anew, the record is the same one."""
    first = ready(bot, cat(pictures))
    receipt = bot.publish(first)
    (before,) = server.posts_of(server.bot)
    clock.advance(minutes=31)
    again = ready(bot, first)
    assert again.prepared != first.prepared
    assert bot.publish(again).remote_id == receipt.remote_id
    (after,) = server.posts_of(server.bot)
    assert after is before
    assert len(server.asked(UPLOAD)) == 2


def test_a_blob_that_the_server_dropped(server, bot, pictures, clock):
    """A record whose picture is gone is refused by the server; uploaded anew it is posted."""
    sent = ready(bot, cat(pictures))
    clock.advance(minutes=61)
    with pytest.raises(Refused, match="Could not find blob"):
        bot.publish(sent)
    assert server.posts_of(server.bot) == []
    assert bot.publish(ready(bot, sent))


def test_a_session_that_ended(server, bot, pictures):
    """An upload with a token that has expired is sent again with a new one."""
    bot.learn()
    server.expire()
    bot.publish(ready(bot, cat(pictures)))
    assert embed(server)["images"]


@pytest.mark.parametrize(
    ("what", "given", "error"),
    [
        (400, {"error": "InvalidRequest"}, Refused),
        (413, {"error": "PayloadTooLarge"}, Refused),
        (413, {}, RetryLater),
        (429, {"error": "RateLimitExceeded"}, RetryLater),
        (500, {"error": "InternalServerError"}, RetryLater),
        (502, {}, RetryLater),
        (Trouble.COMMIT_DROP, {}, RetryLater),
        (Trouble.BAD_JSON, {}, RetryLater),
        (Trouble.TRUNCATED, {}, RetryLater),
    ],
)
def test_what_fails_before_the_post(server, bot, pictures, what, given, error):
    """Whatever is answered to the picture, nothing is posted, and it can be sent again."""
    server.fail(what, UPLOAD, **given)
    post = cat(pictures)
    with pytest.raises(error):
        bot.prepare(post)
    assert server.posts_of(server.bot) == []
    bot = adapter(server, FakeClock(NOON + 6 * MINUTE), pictures=pictures)
    assert bot.publish(ready(bot, post))


@pytest.mark.parametrize(
    "blob", [None, {}, "bafkrei", {"ref": "x"}, {"ref": {}}, {"ref": {"$link": ""}}, {"ref": []}]
)
def test_an_upload_without_a_reference(pictures, blob):
    """An answer that names no blob is tried again."""
    session = {"did": "did:plc:" + "a" * 24, "handle": "tips.test", "active": True}
    tokens = {"accessJwt": "e30.e30.x", "refreshJwt": "e30.e30.y"}

    def decide(_method, path):
        return Scripted(body={"blob": blob} if path.endswith(UPLOAD) else session | tokens)

    with scripted(decide) as (url, _), pytest.raises(RetryLater, match="a reference to the"):
        adapter_at(url, pictures=pictures).prepare(cat(pictures))
