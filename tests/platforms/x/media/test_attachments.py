"""What a post on X shows besides its words, as far as the fields that are read tell of it."""

from __future__ import annotations

import pytest

from bot.platforms.x.http import payloads
from bot.platforms.x.listening.entries import entry
from tests.platforms.x.samples import ME, PERSON, SAID

OWN = f"https://x.com/ann/status/{SAID['id']}"
THEIRS = "https://x.com/bo/status/2061417475077046999"


def text_of(text, *addresses, **more):
    """The entry's text, where the post has these addresses behind t.co/0, t.co/1, ..."""
    urls = [
        {"url": f"https://t.co/{number}", "expanded_url": one}
        for number, one in enumerate(addresses)
    ]
    post = payloads.post_of(SAID | {"text": text, "entities": {"urls": urls}} | more)
    author = payloads.person(PERSON)
    return entry(post, account="x", me=ME, author=author, ours=frozenset()).text


@pytest.mark.parametrize(
    ("text", "addresses", "told"),
    [
        ("https://t.co/0", [f"{OWN}/photo/1"], f"[Picture: {OWN}/photo/1]"),
        ("Look https://t.co/0", [f"{OWN}/photo/1"], f"Look [Picture: {OWN}/photo/1]"),
        ("https://t.co/0", [f"{OWN}/video/1"], f"[Video: {OWN}/video/1]"),
        (
            "https://t.co/0 https://t.co/1",
            ["https://a.example/", f"{OWN}/photo/1"],
            f"https://a.example/ [Picture: {OWN}/photo/1]",
        ),
        ("https://t.co/0", [f"{THEIRS}/photo/1"], f"{THEIRS}/photo/1"),
        ("https://t.co/0", [f"{OWN}/analytics"], f"{OWN}/analytics"),
        (
            "https://t.co/0",
            ["https://evil.example/x.com/photo/1"],
            "https://evil.example/x.com/photo/1",
        ),
    ],
)
def test_a_picture_or_video_is_told(text, addresses, told):
    """A post's own picture or video is told in words with the way to it; another link stays one."""
    assert text_of(text, *addresses) == told


@pytest.mark.parametrize(
    ("attachments", "told"),
    [
        ({"poll_ids": ["1"]}, "Which?\n\n[Poll]"),
        ({"poll_ids": []}, "Which?"),
        ({"media_keys": ["3_1"]}, "Which?"),
        (None, "Which?"),
        ("x", "Which?"),
    ],
)
def test_a_poll_is_told(attachments, told):
    """That there is a poll is told; a shape that is not known never costs the post."""
    assert text_of("Which?", attachments=attachments) == told


def test_a_post_of_only_a_poll():
    """A post without words but a poll says so."""
    assert text_of("", attachments={"poll_ids": ["1"]}) == "[Poll]"
