"""Bare names: what X would take for a link is written so that it does not."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.core.text.counting.links import bare_names, links, unlinked

CASES = yaml.safe_load(
    (Path(__file__).parents[3] / "data" / "bare_names.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_a_bare_name_is_written_so_that_it_does_not_link(case):
    """A file becomes a path, another name gets an invisible joiner, and all else stays."""
    assert unlinked(case["text"]) == case["written"]
    assert not bare_names(unlinked(case["text"]))


PARTS = ["a", "main.py", "asp.net", "https://x.org/a.md", ".", " ", "/", "é.com", "-"]


@given(st.lists(st.sampled_from(PARTS), max_size=8))
def test_only_links_with_a_protocol_are_left(parts):
    """Whatever stands around them, no bare name is left that X would take for a link."""
    left = links(unlinked("".join(parts)))
    assert all("://" in link.text for link in left)
