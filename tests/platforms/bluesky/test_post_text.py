"""The words of a post as plain text, whatever its facets say."""

import pytest

from bot.platforms.bluesky.listening.post_text import quoted, words
from tests.servers.bluesky.service import FACET, facet


def linked(text, shown, uri):
    """A post with a link behind some of its words."""
    at = text.index(shown)
    feature = {"$type": f"{FACET}#link", "uri": uri}
    return {"text": text, "facets": [facet(text, at, at + len(shown), feature)]}


@pytest.mark.parametrize(
    ("text", "shown", "uri", "read"),
    [
        ("Ü https://a.example", "https://a.example", "https://a.example", "Ü https://a.example"),
        (
            "👩‍⚕️ a.example/lon…",
            "a.example/lon…",
            "https://a.example/long",
            "👩‍⚕️ https://a.example/long",
        ),
        ("Read this.", "this", "https://a.example/", "Read this (https://a.example/)."),
        ("Read this.", "this", "javascript:alert(1)", "Read this."),
        ("Read this.", "this", "https://a.example/\u202ex", "Read this."),
    ],
)
def test_links(text, shown, uri, read):
    """A link is told in full, whatever stands in its place; no other address is."""
    assert words(linked(text, shown, uri)) == read


@pytest.mark.parametrize("index", [(0, 99), (-1, 2), (3, 1), (0, 1), ("0", 2), (None, None)])
def test_odd_facets(index):
    """A facet outside of the text, or through a character, is passed over."""
    place = dict(zip(("byteStart", "byteEnd"), index, strict=True))
    feature = {"$type": f"{FACET}#link", "uri": "https://a.example"}
    assert words({"text": "Ü", "facets": [{"index": place, "features": [feature]}, 5]}) == "Ü"


IMAGES = {"$type": "app.bsky.embed.images", "images": [{"alt": "A cat\non a mat"}, {"alt": ""}]}


@pytest.mark.parametrize(
    ("embed", "read"),
    [
        (IMAGES, "T\n\n[Picture: A cat on a mat]\n[Picture]"),
        ({"$type": "app.bsky.embed.video", "alt": "A dog"}, "T\n\n[Video: A dog]"),
        (
            {"$type": "app.bsky.embed.external", "external": {"uri": "https://a.example/"}},
            "T\n\nhttps://a.example/",
        ),
        (
            {"$type": "app.bsky.embed.recordWithMedia", "media": IMAGES},
            "T\n\n[Picture: A cat on a mat]\n[Picture]",
        ),
        ({"$type": "app.bsky.embed.external", "external": {"uri": "data:x"}}, "T"),
        ("nonsense", "T"),
    ],
)
def test_attachments(embed, read):
    """Pictures, videos and cards are told, each on a line."""
    assert words({"text": "T", "embed": embed}) == read


def test_card_of_a_link_in_the_text():
    """A card of a link that stands in the text is not told again."""
    embed = {"$type": "app.bsky.embed.external", "external": {"uri": "https://a.example/"}}
    text = "See https://a.example/"
    assert words({"text": text, "embed": embed}) == text


def test_quoted():
    """What a post quotes is known with and without pictures beside it."""
    reference = {"uri": "at://did:plc:a/app.bsky.feed.post/1"}
    alone = {"$type": "app.bsky.embed.record", "record": reference}
    beside = {"$type": "app.bsky.embed.recordWithMedia", "record": alone}
    assert quoted({"embed": alone}) == quoted({"embed": beside}) == reference["uri"]
    assert quoted({"embed": IMAGES}) is None


def test_halves():
    """Half a character, which no page can hold, is replaced."""
    assert words({"text": "a\ud800b"}) == "a\ufffdb"
