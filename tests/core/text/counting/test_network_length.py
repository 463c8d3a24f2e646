"""How long a network says that a text is."""

import pytest

from bot.core.model.capabilities import TextLimit, Unit
from bot.core.text.counting.measure import native_length

MASTODON = TextLimit(unit=Unit.GRAPHEMES, limit=500, link_cost=23, shortens_mentions=True)
FULL = TextLimit(unit=Unit.GRAPHEMES, limit=500)


@pytest.mark.parametrize(
    ("text", "shortened", "full"),
    [
        ("@ada hello", 10, 10),
        ("@ada@example.social hello", 10, 25),
        ("@ada.b@example.social, @bob@x.example!", 13, 38),
        ("mail ada@example.org", 20, 20),
        ("see https://example.org/a/long/path/to/somewhere", 27, 48),
        ("see example.org/a/long/path/to/somewhere", 40, 40),
        ("👩‍👩‍👧 e\u0301", 3, 3),
    ],
)
def test_links_and_mentions_as_the_network_counts_them(text, shortened, full):
    """A link with a protocol costs what the server says, a remote mention only its name."""
    assert native_length(text, MASTODON) == shortened
    assert native_length(text, FULL) == full


@pytest.mark.parametrize(
    ("text", "length"), [("hello", 5), ("👩‍👩‍👧 e\u0301", 8), ("see https://example.org/a", 25)]
)
def test_code_points(text, length):
    """Where a service counts code points, a sequence of emoji counts each of its parts."""
    assert native_length(text, TextLimit(unit=Unit.CODE_POINTS, limit=500)) == length
