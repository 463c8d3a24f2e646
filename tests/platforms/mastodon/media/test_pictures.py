"""Pictures on a Mastodon server: its own limits, and those on which it still works."""

from __future__ import annotations

from dataclasses import replace

import pytest
import requests

from bot.core.errors import Refused, RetryLater, Unauthorised
from bot.core.model.picture import PictureKind
from bot.platforms.mastodon import PICTURE
from tests.pictures.given import GivenPictures
from tests.pictures.samples import file, quarters
from tests.platforms.mastodon.samples import STATUSES, adapter, instance, post

UPLOAD = "/api/v2/media"
MEDIA = "/api/v1/media/*"
WORKED_ON = {"type": "image", "url": None, "preview_url": None, "description": "A cat"}


@pytest.fixture
def pictures():
    """The pictures of posts."""
    return GivenPictures()


@pytest.fixture
def bot(server, line, clock, pictures):
    """The adapter, behind the proxy, with pictures."""
    return adapter(line.url, server.token, clock, pictures=pictures)


@pytest.fixture
def cat(pictures):
    """A post with a picture."""
    return pictures.put(post(), file(quarters()), "A cat")


def told(**limits):
    """An instance document with these limits of pictures."""
    document = instance()
    document["configuration"]["media_attachments"] = limits
    return document


def uploaded(server):
    """The id of a picture that the server has."""
    answer = requests.post(
        f"{server.url}{UPLOAD}",
        headers={"Authorization": f"Bearer {server.token}"},
        files={"file": ("cat.png", file(quarters()), "image/png")},
        data={"description": "A cat"},
        timeout=10,
    )
    answer.raise_for_status()
    return answer.json()["id"]


def asked(line, path):
    """How often the bot asked for a path that begins so."""
    return sum(one.path.startswith(path) for one in line.seen)


def test_the_limits_are_the_instances_own(bot, server):
    """A server's own kinds, bytes, pixels and length of alt text are kept."""
    limits = told(
        supported_mime_types=["image/png", "image/webp", "video/mp4", 5],
        image_size_limit=100_000,
        image_matrix_limit=10_000,
        description_limit=300,
    )
    server.answer("/api/v2/instance/", 200, limits)
    assert bot.learn().picture == replace(
        PICTURE,
        kinds=frozenset({PictureKind.PNG, PictureKind.WEBP}),
        max_bytes=100_000,
        max_pixels=10_000,
        max_alt=300,
    )


@pytest.mark.parametrize(
    "document",
    [
        instance(),
        told(),
        told(supported_mime_types=[], image_size_limit=0, image_matrix_limit=0),
        told(supported_mime_types="image/png", image_size_limit="8 MB", description_limit=-5),
        told(supported_mime_types=["video/mp4"], image_matrix_limit=[5], description_limit=None),
        instance() | {"configuration": {"media_attachments": [5]}},
    ],
)
def test_what_a_server_does_not_tell(bot, server, document):
    """Where a server tells no limit, or a senseless one, that of every Mastodon is kept."""
    server.answer("/api/v2/instance/", 200, document)
    assert bot.learn().picture == PICTURE


def test_a_picture_is_made_for_the_instance(bot, server, line, pictures):
    """A picture is scaled to the pixels that this server takes, in a kind that it takes."""
    limits = told(supported_mime_types=["image/png"], image_matrix_limit=5000)
    server.answer("/api/v2/instance/", 200, limits)
    cat = pictures.put(post(), file(quarters((400, 200)), "JPEG"), "A cat")
    bot.prepare(cat)
    (upload,) = [one for one in line.seen if one.path.startswith(UPLOAD)]
    assert b"image/png" in upload.body
    assert b"\x89PNG" in upload.body
    assert b"A cat" in upload.body
    assert (100).to_bytes(4, "big") + (50).to_bytes(4, "big") in upload.body


def test_a_picture_that_is_worked_on_is_waited_for(bot, server, line, cat):
    """A picture without an address is asked for until it has one, and only then posted."""
    media = uploaded(server)
    server.answer(UPLOAD, 202, WORKED_ON | {"id": media}, methods=["POST"])
    server.answer(MEDIA, 206, WORKED_ON | {"id": media}, methods=["GET"], times=2)
    receipt = bot.publish(replace(cat, prepared=bot.prepare(cat)))
    assert asked(line, "/api/v1/media/") == 3
    (attached,) = server.read(receipt.remote_id)["media_attachments"]
    assert (attached["id"], attached["description"]) == (media, "A cat")


def test_one_that_takes_too_long(bot, server, cat):
    """A picture that the server does not finish is tried again later, and nothing is posted."""
    media = uploaded(server)
    server.answer(UPLOAD, 202, WORKED_ON | {"id": media}, methods=["POST"])
    server.answer(MEDIA, 206, WORKED_ON | {"id": media}, methods=["GET"], times=500)
    with pytest.raises(RetryLater, match="is still working on the picture"):
        bot.prepare(cat)
    assert server.posts() == []


@pytest.mark.parametrize("status", [404, 422])
def test_one_that_the_server_gives_up(bot, server, cat, status):
    """A picture that the server cannot work on after all is refused."""
    media = uploaded(server)
    server.answer(UPLOAD, 202, WORKED_ON | {"id": media}, methods=["POST"])
    server.answer(MEDIA, status, {"error": "Error processing thumbnail"}, methods=["GET"])
    with pytest.raises(Refused):
        bot.prepare(cat)
    assert server.posts() == []


@pytest.mark.parametrize("body", [{}, {"url": "https://m.example/1"}, {"id": None}, {"id": ""}])
def test_an_answer_without_an_id(bot, server, cat, body):
    """An upload of which the server tells no id is made again."""
    server.answer(UPLOAD, 200, body, methods=["POST"])
    with pytest.raises(RetryLater, match="gave it no id"):
        bot.prepare(cat)
    assert bot.publish(replace(cat, prepared=bot.prepare(cat)))


def test_a_token_that_may_not_upload(bot, server, cat):
    """A token without the scope for pictures is told so, with the scope that it lacks."""
    server.answer(UPLOAD, 403, {"error": "This action is outside the authorized scopes"})
    with pytest.raises(Unauthorised, match="write:media"):
        bot.prepare(cat)


@pytest.mark.parametrize("status", [413, 429, 500, 503])
def test_a_gateway_that_is_in_the_way(bot, server, cat, status):
    """What stands before a server says nothing for good: the picture is sent again."""
    server.answer(UPLOAD, status, "<html>no</html>", methods=["POST"])
    with pytest.raises(RetryLater):
        bot.prepare(cat)


def test_a_picture_that_was_dropped_meanwhile(bot, server, cat):
    """A post whose picture the server no longer has is refused, and not posted without it."""
    server.answer(STATUSES, 422, {"error": "Validation failed: Media not found"})
    sent = replace(cat, prepared=bot.prepare(cat))
    with pytest.raises(Refused):
        bot.publish(sent)
    assert server.posts() == []
