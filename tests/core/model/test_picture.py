"""What a picture is, and the size in which a network takes it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.model.picture import CARD, Picture, PictureKind, PictureLimits

LIMITS = PictureLimits(
    kinds=frozenset(PictureKind), max_bytes=1_000_000, max_side=1000, max_alt=100
)


@pytest.mark.parametrize(
    ("size", "pixels", "taken"),
    [
        ((1000, 1000), None, (1000, 1000)),
        ((1, 1), None, (1, 1)),
        ((2000, 1000), None, (1000, 500)),
        ((1000, 2000), None, (500, 1000)),
        ((3000, 1000), None, (1000, 333)),
        ((100_000, 2), None, (1000, 1)),
        ((1000, 1000), 250_000, (500, 500)),
        ((500, 500), 250_000, (500, 500)),
        ((4000, 1000), 250_000, (1000, 250)),
        ((1000, 999), 1, (1, 1)),
    ],
)
def test_size_of(size, pixels, taken):
    """A size keeps its proportions within the longest side and the pixels, and is never enlarged."""
    assert replace(LIMITS, max_pixels=pixels).size_of(*size) == taken


def test_sizes_are_within_the_limits():
    """However odd a size is, what is made of it fits, and has pixels."""
    limits = replace(LIMITS, max_pixels=333_333)
    for width in range(1, 3000, 97):
        for height in range(1, 3000, 89):
            found = limits.size_of(width, height)
            assert min(found) >= 1
            assert max(found) <= limits.max_side
            assert found[0] * found[1] <= max(333_333, *found)


@pytest.mark.parametrize(("name", "alt"), [("", "A cat"), ("cat", ""), ("", "")])
def test_a_picture_has_name_and_alt_text(name, alt):
    """There is no picture without a name, and none without a text for those who cannot see it."""
    with pytest.raises(ValueError, match="a name and an alt text"):
        Picture(name=name, alt=alt)


def test_a_card_is_no_file():
    """A card is known by its name."""
    assert Picture(name=CARD, alt="Words.").is_card
    assert not Picture(name="cat", alt="A cat").is_card
