"""Pictures on X: the upload, its alt text, and how a post with one is found again."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.core.errors import OutcomeUnknown, Refused, RetryLater, Unauthorised
from bot.core.model.lookup import Absent, Found
from tests.pictures.given import GivenPictures
from tests.pictures.samples import file, noise, quarters
from tests.platforms.x.samples import POST, adapter, adapter_at, unsure
from tests.servers.scripted import Scripted, scripted
from tests.servers.x import Trouble

UPLOAD, ALT = "/2/media/upload", "/2/media/metadata"
LINKED = replace(POST, text="See https://tips.example/a?b=1&c=2 & more")


@pytest.fixture
def pictures():
    """The pictures of posts."""
    return GivenPictures()


@pytest.fixture
def bot(x, clock, pictures):
    """The adapter for X's bot account, with pictures."""
    return adapter(x, clock, pictures=pictures)


@pytest.fixture
def cat(pictures):
    """A post with a picture."""
    return pictures.put(POST, file(quarters()), "A cat")


def ready(bot, post):
    """The post with its uploaded picture."""
    return replace(post, prepared=bot.prepare(post))


def fresh(bot, x):
    """An adapter that knows of no limit."""
    return adapter(x, bot._clock, pictures=bot._uploads.pictures)


def live(x):
    """What is posted."""
    return [one for one in x.posts if not one.deleted]


def test_an_upload(x, bot, cat, pictures):
    """A picture is sent in one request, as one for a post, with its kind; then its alt text."""
    bot.prepare(cat)
    upload, alt = [json.loads(one.body) for one in x.requests]
    assert b64decode(upload.pop("media")).startswith(b"\x89PNG")
    assert upload == {"media_category": "tweet_image", "media_type": "image/png"}
    assert alt["metadata"] == {"alt_text": {"text": "A cat"}}


def test_a_photograph_is_a_jpeg(x, bot, pictures):
    """What is no drawing goes as JPEG, also if the file is another kind."""
    bot.prepare(pictures.put(POST, file(noise((80, 60)), "WEBP"), "Noise"))
    assert json.loads(x.requests[0].body)["media_type"] == "image/jpeg"


def test_a_post_with_a_picture_costs_as_one_without(x, bot, cat):
    """X's own link to the picture is none that is paid for."""
    bot.publish(ready(bot, cat))
    assert x.billed == Decimal("0.015")


@pytest.mark.parametrize("post", [POST, LINKED], ids=["plain", "linked"])
def test_a_lost_post_is_found(x, bot, pictures, clock, post):
    """X's link to the picture after the text does not hide the post."""
    sent = ready(bot, pictures.put(post, file(quarters()), "A cat"))
    x.fail(Trouble.COMMIT_DROP, path="/2/tweets")
    with pytest.raises(OutcomeUnknown):
        bot.publish(sent)
    clock.advance(minutes=3)
    looked = bot.find(unsure(sent))
    assert isinstance(looked, Found)
    assert looked.receipt.remote_id == live(x)[0].id


def test_the_same_words_without_the_picture(x, bot, cat):
    """A post with the same words and no picture is another one, and so is the other way round."""
    sent = ready(bot, cat)
    x.say(x.bot, POST.text)
    assert bot.find(unsure(sent)) == Absent()
    bot.publish(sent)
    x.delete(x.posts[0])
    assert bot.find(unsure(POST)) == Absent()
    assert isinstance(bot.find(unsure(sent)), Found)


def test_a_link_to_another_picture(x, bot, cat):
    """A link to another post's picture is a link like any other."""
    post = replace(POST, text="Look: https://x.com/ann/status/1/photo/1")
    bot.publish(post)
    assert isinstance(bot.find(unsure(post)), Found)


@pytest.mark.parametrize("path", [UPLOAD, ALT])
def test_a_repeated_request_is_no_revoked_key(x, bot, cat, path):
    """Where X takes a signature for a used one the keys are asked for, and the picture sent again."""
    x.fail(401, path=path)
    with pytest.raises(RetryLater, match="did not take the picture"):
        bot.prepare(cat)
    bot.publish(ready(bot, cat))
    assert [one.media[0].alt for one in live(x)] == ["A cat"]


def test_revoked_keys_are_told(x, bot, cat):
    """Keys that are refused for everything are the reason."""
    x.revoke()
    with pytest.raises(Unauthorised):
        bot.prepare(cat)


@pytest.mark.parametrize("path", [UPLOAD, ALT])
@pytest.mark.parametrize(
    ("what", "error"),
    [
        (400, Refused),
        (402, RetryLater),
        (403, Refused),
        (429, RetryLater),
        (503, OutcomeUnknown),
        (Trouble.COMMIT_DROP, OutcomeUnknown),
        (Trouble.BAD_JSON, OutcomeUnknown),
        (Trouble.TRUNCATED, OutcomeUnknown),
    ],
)
def test_what_fails_before_the_post(x, bot, cat, path, what, error):
    """Whatever is answered to the picture or to its alt text, nothing is posted, and never without."""
    x.fail(what, path=path)
    with pytest.raises(error):
        bot.prepare(cat)
    assert live(x) == []
    bot.publish(replace(cat, prepared=fresh(bot, x).prepare(cat)))
    assert [one.media[0].alt for one in live(x)] == ["A cat"]


@pytest.mark.parametrize("data", [{}, {"id": None}, {"id": ""}, {"id": 5}, [], None])
def test_an_upload_without_an_id(cat, pictures, data):
    """An answer that names no picture is tried again, and its alt text is not sent anywhere."""
    with scripted(lambda _method, _path: Scripted(body={"data": data})) as (url, asked):
        with pytest.raises(RetryLater, match="gave it no id"):
            adapter_at(url, pictures=pictures).prepare(cat)
        assert asked == [f"POST {UPLOAD}"]


def test_a_picture_that_x_dropped(x, bot, cat, clock):
    """A post whose picture X no longer has is refused whole."""
    sent = ready(bot, cat)
    clock.advance(days=1)
    with pytest.raises(Refused, match="media IDs are invalid"):
        bot.publish(sent)
    assert live(x) == []


def test_a_limit_of_uploads_is_theirs_alone(x, bot, cat):
    """While X takes no more pictures, posts without one go on."""
    x.limit(f"POST {UPLOAD}", 0)
    for _ in range(2):
        with pytest.raises(RetryLater):
            bot.prepare(cat)
    assert len(x.requests) == 1
    assert bot.publish(POST)
