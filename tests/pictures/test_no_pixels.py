"""A picture without pixels is none, whatever it says that it is."""

from __future__ import annotations

import pytest

from bot.core.errors import PictureError
from bot.pictures.facts import check_size


@pytest.mark.parametrize("size", [(0, 5), (5, 0), (0, 0), (-1, 5)])
def test_a_picture_has_pixels(size):
    """A size without area is refused before anything is decoded."""
    with pytest.raises(PictureError, match="no pixels"):
        check_size(*size)
