"""What a status says, heard from a real server: its markup in words, its warning, what it shows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.platforms.mastodon.samples import NOTICES, notice


@pytest.fixture
def hear(server, bot):
    """What the adapter makes of one mention."""

    def hear_one(**status):
        server.answer(NOTICES, 200, [notice(1, **status)])
        (entry,) = bot.poll(None).entries
        return entry

    return hear_one


def test_markup_is_kept_and_told_in_words(hear):
    """The entry's text says what the markup says, and the markup itself is there for the page."""
    entry = hear(content="<p>I <del>agree</del> disagree: 10<sup>6</sup></p><ul><li>Ask</li></ul>")
    assert entry.text == "I ~~agree~~ disagree: 10⁶\n\n- Ask"
    assert "<del>agree</del>" in entry.html


PICTURE = {"type": "image", "description": "a cat on\na mat", "url": "https://a.example/cat.png"}
SHOWN = {
    "a picture": ({"media_attachments": [PICTURE]}, "[Picture: a cat on a mat]"),
    "a picture that nobody described": (
        {"media_attachments": [PICTURE | {"description": None}]},
        "[Picture]",
    ),
    "two pictures": (
        {"media_attachments": [PICTURE, {"type": "image", "description": ""}]},
        "[Picture: a cat on a mat]\n[Picture]",
    ),
    "a video": (
        {"media_attachments": [{"type": "video", "description": "it runs"}]},
        "[Video: it runs]",
    ),
    "an animation": ({"media_attachments": [{"type": "gifv"}]}, "[Animation]"),
    "a sound": (
        {"media_attachments": [{"type": "audio", "description": "it sings"}]},
        "[Sound: it sings]",
    ),
    "something else": ({"media_attachments": [{"type": "unknown"}]}, "[Attachment]"),
    "a kind nobody knows": (
        {"media_attachments": [{"type": ["x"]}, 7]},
        "[Attachment]\n[Attachment]",
    ),
    "a poll": (
        {"poll": {"id": "1", "options": [{"title": "Tea"}, {"title": "Coffee"}]}},
        "[Poll: Tea / Coffee]",
    ),
    "a poll without options": ({"poll": {"id": "1", "options": None}}, "[Poll]"),
    "nothing": ({"media_attachments": [], "poll": None}, ""),
    "nonsense": ({"media_attachments": None, "poll": []}, ""),
}


@pytest.mark.parametrize(("shown", "text"), SHOWN.values(), ids=SHOWN)
@pytest.mark.parametrize("content", ["", "<p>So:</p>"])
def test_what_is_shown_is_told(hear, shown, text, content):
    """A reply of only a picture, video or poll says so with its description; one with words, too."""
    entry = hear(content=content, **shown)
    words = "So:" if content else ""
    assert entry.text == "\n\n".join(filter(None, [words, text]))
    assert "a.example" not in entry.text + entry.html
    assert entry.html == "" if not content else all(line in entry.html for line in text.split("\n"))


def test_a_description_is_no_markup(hear):
    """What somebody writes into a description stays a word on the page."""
    picture = {"type": "image", "description": "<script>alert(1)</script>"}
    entry = hear(content="<p>So:</p>", media_attachments=[picture])
    assert "<script>" not in entry.html
    assert entry.text.endswith("[Picture: <script>alert(1)</script>]")


@pytest.mark.parametrize(
    ("given", "warning"),
    [
        ("spoilers", "spoilers"),
        (" two\nlines ", "two lines"),
        ("", ""),
        (" ", ""),
        (None, ""),
        ("<b>x</b>", "<b>x</b>"),
    ],
)
def test_a_warning_is_kept(hear, given, warning):
    """What somebody put before their words for readers to decide by is kept, as a line of text."""
    assert hear(spoiler_text=given).warning == warning


def test_nothing_of_a_private_reply_is_kept(hear):
    """Of a reply that is not for all eyes neither warning nor description is kept."""
    entry = hear(visibility="private", spoiler_text="secret", media_attachments=[PICTURE])
    assert (entry.text, entry.html, entry.warning) == ("", "", "")


def test_an_edit_can_add_a_warning(hear):
    """A warning that is added later comes with the time of its edit."""
    at = datetime.now(UTC)
    entry = hear(spoiler_text="spoilers", edited_at=at.isoformat())
    assert (entry.warning, entry.edited_at) == ("spoilers", at)
