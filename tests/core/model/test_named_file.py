"""Which names of files lead out of a bot's folder."""

from __future__ import annotations

import pytest

from bot.core.errors import UsageError
from bot.core.model.named_file import path_parts


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("cat.png", ("cat.png",)),
        ("images/cat.png", ("images", "cat.png")),
        ("a/b/c d.png", ("a", "b", "c d.png")),
        ("Überblick.png", ("Überblick.png",)),
    ],
)
def test_a_name_below_the_folder(name, parts):
    """A name is its folders and the file."""
    assert path_parts(name) == parts


@pytest.mark.parametrize(
    "name",
    [
        *("", "/", "/etc/passwd", "..", "../x", "a/../../x", "a//b", "a/", ".", "./x", ".git/x"),
        *("a\\b", "a\nb", "a\0b", "\u202ex", "a/.hidden"),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name):
    """No absolute name, no way up, no hidden file, no strange character."""
    with pytest.raises(UsageError, match="is no file below the folder of the tips file"):
        path_parts(name)
