"""What X takes for a link."""

from itertools import pairwise
from pathlib import Path
from time import process_time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.core.text.counting.links import Link, links
from bot.core.text.counting.measure import weighted_length

CASES = yaml.safe_load(
    (Path(__file__).parents[3] / "data" / "measure_links.yaml").read_text("utf-8"),
)

PIECES = [
    *("a", "Z", "9", " ", ".", "-", "_", "/", "@", "#", "(", ")", "?", ":80", "é", "日", "。"),
    *("example", ".org", ".co.uk", ".みんな", "http://", "https://t.co/", "xn--", "😀", "\u2066"),
]
texts = st.lists(st.sampled_from(PIECES)).map("".join)

LONG = 20_000


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_links(case):
    """X's rules for links are kept, with and without a protocol, to the last sign."""
    assert [link.text for link in links(case["text"])] == case["links"]


def test_links_say_where_they_are():
    """A link says where it stands, so that nothing cuts it."""
    assert links("日 example.org/a!") == (Link(start=2, end=15, text="example.org/a"),)


def test_an_address_that_is_too_long():
    """X makes no link of an address that is longer than it keeps."""
    kept, too_long = (f"https://example.org/{'a' * more}" for more in (4068, 4069))
    assert [link.text for link in links(f"{kept} {too_long}")] == [kept]


@given(texts)
def test_links_are_stretches_of_the_text(text):
    """Links come in order, do not overlap, and are the text between their ends."""
    found = links(text)
    assert all(text[link.start : link.end] == link.text for link in found)
    assert all(link.start < link.end for link in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@given(texts)
def test_a_link_is_a_link_by_itself(text):
    """What is a link with its protocol is one and the same link without the text around it."""
    for link in links(text):
        if link.text.lower().startswith("http"):
            assert links(link.text) == (Link(start=0, end=len(link.text), text=link.text),)


@pytest.mark.parametrize(
    "text",
    [
        "日" * LONG + ".-x.com",
        "http://x.com/" + "(a)" * LONG,
        "http://x.com/" + "(a" * LONG,
        "http://x.com/" + "." * LONG,
        "a_b." * LONG + "com",
        "日a.com" * LONG,
        "@a.com" * LONG,
    ],
    ids=lambda text: f"{text[:8]}...{text[-8:]}",
)
def test_no_text_takes_long(text):
    """A text that was written to keep the reader busy does not: it takes seconds at most."""
    begun = process_time()
    weighted_length(text)
    assert process_time() - begun < 10
