"""The script of the demo: its texts are valid on their networks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from twitter_text import parse_tweet

from tests.demo.script import Ending, Line, Place, ending, read

LONGEST = {Place.MASTODON: 450, Place.OPERATOR: 450, Place.BLUESKY: 300, Place.THREADS: 500}
"""The limits of networks in characters, on Mastodon with room for mentions."""

pytestmark = pytest.mark.quick


def said(name: str, **more: str) -> Line:
    """A line of a person on X."""
    plain = Line(id=name, place=Place.X, who="sam", after=1)
    return replace(plain, **more)  # type: ignore[arg-type]


def test_the_networks_would_take_every_line() -> None:
    """No line is longer than its network allows, and X accepts those on X."""
    lines = read()
    for line in lines:
        if line.place is Place.X and line.text:
            assert parse_tweet(f"@tips_example {line.text}").valid, line.id
        if line.place in LONGEST:
            assert len(line.text) < LONGEST[line.place], line.id
    assert {line.place for line in lines} == set(Place)


def test_people_do_everything_that_people_do() -> None:
    """The script has an edit where a network has edits, deletions, a warning of a link, and a mention outside of threads."""
    lines = read()
    assert any(line.edits for line in lines)
    assert {line.place for line in lines if line.deletes} == {
        Place.MASTODON,
        Place.BLUESKY,
        Place.SITE,
    }
    assert not any(line.edits for line in lines if line.place in {Place.BLUESKY, Place.THREADS})
    assert any(line.warning and "https://" in line.text for line in lines)
    assert ending(lines).calls


def test_the_ending_is_what_edits_and_deletions_leave() -> None:
    """An edit replaces a text, a deletion removes it, and links are left out."""
    lines = [
        said("a", to="tip", text="first"),
        said("b", to="a", text="second https://example.org/"),
        said("c", text="a call"),
        said("d", to="tip", edits="a", text="third"),
        said("e", to="a", deletes="b"),
    ]
    assert ending(lines[:3]) == Ending(shown=("first", "second"), gone=(), calls=("a call",))
    assert ending(lines) == Ending(shown=("third",), gone=("first", "second"), calls=("a call",))
