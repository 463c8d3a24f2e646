"""The pictures that a tips file names, and the files that belong to it."""

from __future__ import annotations

import pytest

from bot.core.model.picture import CARD
from bot.scheduler.crontab import check_cron
from bot.tips_file.load import named_files, parse
from tests.kinds import KINDS


def tip_of(settings):
    """A tip with these settings."""
    text = f"bot: {{name: A}}\ntips:\n- {{id: a, title: A, text: A., {settings}}}"
    return parse(text.encode(), "tips.yaml", KINDS, check_cron)[0].library.tips[0]


@pytest.mark.parametrize(
    ("settings", "image", "alt"),
    [
        ("image: card", CARD, None),
        ("image: card, alt: A card", CARD, "A card"),
        ("image: cat.png, alt: A cat", "cat.png", "A cat"),
        ("image: ' a/b/c d.jpg ', alt: ' A  cat ü '", "a/b/c d.jpg", "A  cat ü"),
        ("weight: 1", None, None),
    ],
)
def test_pictures(settings, image, alt):
    """A picture is a card, or a file with an alt text; most tips have none."""
    found = tip_of(settings)
    assert (found.image, found.alt) == (image, alt)


TIPS = """bot: {name: A}
tips:
- {id: a, title: A, text: A., image: images/cat.png, alt: A}
- {id: b, title: A, text: A., image: card}
- {id: c, title: A, text: A.}
- {id: d, title: A, text: A., image: images/cat.png, alt: A}
- {id: e, title: A, text: A., image: dog.png, alt: A}
"""


def test_the_files_of_a_tips_file():
    """Each file is named once, in order; a card is none."""
    assert named_files(TIPS.encode()) == ["images/cat.png", "dog.png"]


@pytest.mark.parametrize(
    "image", ["/etc/passwd", "../x.png", ".ssh/id", "a/../../x", "''", "[x.png]", "{a: b}", "5"]
)
def test_no_file_is_named_outside_of_the_folder(image):
    """What is no name of a file below the folder is left to the check, and never read."""
    text = f"tips:\n- {{id: a, image: {image}}}\n- {{id: b, image: cat.png}}\n"
    assert set(named_files(text.encode())) - {"5"} == {"cat.png"}


@pytest.mark.parametrize("text", ["", "tips: 5", "tips: [a, 5, null]", "- a", "tips:", "\xff\x00"])
def test_what_is_no_tips_file_names_none(text):
    """A broken file names no file, and raises nothing."""
    assert named_files(text.encode("latin-1")) == []


def test_a_file_that_is_broken_further_down():
    """Of a file that is broken the files before that are known."""
    assert named_files(f"{TIPS}- {{id: [".encode()) in ([], ["images/cat.png", "dog.png"])
