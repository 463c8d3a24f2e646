"""The strict servers take of pictures what is documented, and refuse the rest."""

from __future__ import annotations

from base64 import b64encode

import pytest
import requests
import tweepy

from tests.clock import FakeClock
from tests.pictures.samples import file, quarters
from tests.servers.bluesky import BlueskyServer
from tests.servers.bluesky.names import blob_cid
from tests.servers.bluesky.repository import A_DAY, LARGEST
from tests.servers.bluesky.service import PASSWORD
from tests.servers.test_x_server import client_of
from tests.servers.x import XServer
from tests.servers.x.media import MOST_BYTES

PNG = file(quarters())
UPLOAD = {"media": b64encode(PNG).decode(), "media_category": "tweet_image"}
KEY = "3mnmbvg5vjc2a"


@pytest.fixture
def clock():
    """A clock that the test moves."""
    return FakeClock()


@pytest.fixture
def x(clock):
    """A strict X."""
    with XServer(now=clock.now) as server:
        yield server


@pytest.fixture
def client(x):
    """The real client with the bot's keys."""
    return client_of(x)


def send(client, path, body):
    """The answer to a request of the bot."""
    return client.request("POST", path, json=body, user_auth=True).json()["data"]


def upload(client, **changes):
    """An uploaded picture."""
    asked = {"media_type": "image/png"} | UPLOAD | changes
    return send(client, "/2/media/upload", asked)


def test_an_upload_to_x(client):
    """An upload is told with its id, its key, its size and how long it lasts."""
    found = upload(client)
    assert found["media_key"] == f"3_{found['id']}"
    assert (found["size"], found["expires_after_secs"]) == (len(PNG), 86400)


@pytest.mark.parametrize(
    "changes",
    [
        {"media": "no base64!"},
        {"media": b64encode(b"\x89PNG\r\n\x1a\n" + bytes(MOST_BYTES)).decode()},
        {"media": 5},
        {"media_category": "tweet_gif"},
        {"media_type": "image/gif"},
        {"media_type": "image/jpeg"},
        {"media_data": "x"},
    ],
)
def test_what_x_does_not_take(client, changes):
    """Another form, category or kind, a file that is too large or of another kind is refused."""
    with pytest.raises(tweepy.BadRequest):
        upload(client, **changes)


@pytest.mark.parametrize(
    "metadata",
    [
        {"alt_text": {"text": ""}},
        {"alt_text": {"text": "a" * 1001}},
        {"alt_text": "A cat"},
        {"alt_text": {"text": 5}},
        {},
        {"title": "x", "alt_text": {"text": "A cat"}},
    ],
)
def test_alt_texts_that_x_does_not_take(client, metadata):
    """An alt text has 1 to 1000 characters, in the documented form."""
    media = upload(client)["id"]
    with pytest.raises(tweepy.BadRequest):
        send(client, "/2/media/metadata", {"id": media, "metadata": metadata})


def test_a_post_has_only_pictures_of_its_author(x, client, clock):
    """An unknown, foreign, used up or doubled id, and more than four, are refused."""
    ann = x.add_user("ann")
    keys = {name: getattr(ann, name) for name in ("access_token", "access_secret")}
    theirs = client_of(x)
    theirs.access_token, theirs.access_token_secret = keys.values()
    foreign, old = upload(theirs)["id"], upload(client)["id"]
    message = upload(client, media_category="dm_image")["id"]
    clock.advance(days=1)
    fresh = upload(client)["id"]
    for ids in (["1"], [foreign], [old], [message], [fresh, "1"], [fresh] * 5, ["x"], []):
        with pytest.raises(tweepy.BadRequest):
            send(client, "/2/tweets", {"text": "A", "media": {"media_ids": ids}})
    assert send(client, "/2/tweets", {"text": "A", "media": {"media_ids": [fresh]}})
    assert x.posts[0].text.startswith("A https://t.co/")


def test_a_post_shows_its_pictures(client):
    """The link that X adds is among the entities, and the key among the attachments."""
    found = upload(client)
    media = {"media_ids": [found["id"]]}
    post = send(client, "/2/tweets", {"text": "A #tag", "media": media})
    fields = ["attachments", "entities"]
    shown = client.get_tweet(post["id"], tweet_fields=fields, user_auth=True).data
    (link,) = shown.entities["urls"]
    assert shown.attachments == {"media_keys": [found["media_key"]]}
    assert shown.text == f"A #tag {link['url']}"
    assert shown.text[link["start"] : link["end"]] == link["url"]
    assert link["expanded_url"] == f"https://x.com/tentips/status/{post['id']}/photo/1"


@pytest.fixture
def bluesky(clock):
    """A strict Bluesky."""
    with BlueskyServer(now=clock.now) as server:
        yield server


@pytest.fixture
def ask(bluesky):
    """Asks Bluesky as the bot."""
    login = {"identifier": "tips.test", "password": PASSWORD}
    url = f"{bluesky.url}/xrpc/com.atproto"
    token = requests.post(f"{url}.server.createSession", json=login, timeout=10).json()["accessJwt"]

    def send(name, headers=None, **body):
        headers = {"Authorization": f"Bearer {token}"} | (headers or {})
        return requests.post(f"{url}.repo.{name}", headers=headers, timeout=10, **body)

    return send


def blob(ask, data=PNG, kind="image/png"):
    """The reference to an uploaded file."""
    return ask("uploadBlob", {"Content-Type": kind}, data=data).json()["blob"]


def put(ask, bluesky, embed):
    """The error of a post with this embed; "" for none."""
    record = {
        "$type": "app.bsky.feed.post",
        "text": "A",
        "createdAt": "2026-03-02T09:00:00Z",
        "embed": embed,
    }
    place = {"repo": bluesky.bot.did, "collection": "app.bsky.feed.post", "rkey": KEY}
    return ask("putRecord", json={**place, "record": record}).json().get("error", "")


def images(*found):
    """An embed of pictures."""
    return {"$type": "app.bsky.embed.images", "images": list(found)}


def test_a_blob_is_named_by_its_bytes(ask):
    """The same bytes have the same reference, with the kind that they are, whatever was said."""
    found = blob(ask, kind="text/plain")
    assert found == blob(ask)
    assert (found["mimeType"], found["size"]) == ("image/png", len(PNG))
    assert found["ref"]["$link"] == blob_cid(PNG)
    # Of nothing, as https://cid.ipfs.tech shows it.
    assert blob_cid(b"") == "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"


@pytest.mark.parametrize(
    ("data", "headers", "status"),
    [
        (bytes(LARGEST + 1), {"Content-Type": "image/png"}, 413),
        (PNG, {"Content-Type": "image/png", "Authorization": "Bearer x"}, 400),
        (PNG, {}, 400),
    ],
)
def test_what_is_no_upload(ask, data, headers, status):
    """A file that is too large, of nobody, or of no kind is refused."""
    assert ask("uploadBlob", headers, data=data).status_code == status


def test_uploads_are_counted(bluesky, ask):
    """A thousand a day are taken."""
    blobs = bluesky.network.repository.blobs
    blobs._uploads = [(bluesky.bot.did, bluesky._now())] * A_DAY
    assert ask("uploadBlob", {"Content-Type": "image/png"}, data=PNG).status_code == 429


def test_a_record_names_a_blob_that_is_there(ask, bluesky, clock):
    """An unknown or dropped blob, another kind or size is refused by its name; a kept one stays."""
    found = blob(ask)
    other = found | {"ref": {"$link": blob_cid(b"")}}
    for wrong, error in [
        (other, "BlobNotFound"),
        (found | {"mimeType": "image/jpeg"}, "InvalidMimeType"),
        (found | {"size": 5}, "InvalidSize"),
    ]:
        assert put(ask, bluesky, images({"alt": "A", "image": wrong})) == error
    clock.advance(hours=1)
    good = images({"alt": "A", "image": found})
    assert put(ask, bluesky, good) == "BlobNotFound"
    blob(ask)
    assert put(ask, bluesky, good) == ""
    clock.advance(hours=5)
    assert bluesky.blob(found["ref"]["$link"]) == PNG


def test_pictures_as_the_lexicon_has_them(ask, bluesky):
    """At most four images, each with a text, small enough, with whole proportions."""
    good = {"alt": "", "image": blob(ask), "aspectRatio": {"width": 2, "height": 1}}
    large = good | {"image": good["image"] | {"size": 1_000_001}}
    for wrong in [
        [good] * 5,
        [{"image": good["image"]}],
        [good | {"alt": None}],
        [good | {"aspectRatio": {"width": 2.5, "height": 1}}],
        [good | {"aspectRatio": {"width": 0, "height": 1}}],
        [good | {"aspectRatio": {"width": 1}}],
        [good | {"image": good["image"] | {"mimeType": "video/mp4"}}],
        [good | {"image": {"cid": "x", "mimeType": "image/png"}}],
        [large],
    ]:
        assert put(ask, bluesky, images(*wrong)) == "InvalidRequest", wrong
    assert put(ask, bluesky, images(*[good] * 4)) == ""


def test_a_thumbnail_as_the_lexicon_has_it(ask, bluesky):
    """The thumbnail of a link's card is an image of at most a million bytes."""
    found = blob(ask)
    card = {"uri": "https://tips.example/", "title": "A", "description": "", "thumb": found}
    large = card | {"thumb": found | {"size": 1_000_001}}
    kind = "app.bsky.embed.external"
    assert put(ask, bluesky, {"$type": kind, "external": large}) == "InvalidRequest"
    assert put(ask, bluesky, {"$type": kind, "external": card}) == ""
