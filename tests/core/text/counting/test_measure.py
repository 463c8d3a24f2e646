"""How long a text is, as X, Mastodon, Bluesky and Threads count it."""

from pathlib import Path
from unicodedata import normalize

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.core.text.counting.measure import (
    LINK,
    byte_length,
    emoji_bytes_length,
    grapheme_length,
    weighted_length,
)

CASES = yaml.safe_load((Path(__file__).parents[3] / "data" / "measure.yaml").read_text("utf-8"))

EMOJI = yaml.safe_load(
    (Path(__file__).parents[3] / "data" / "measure_emoji_bytes.yaml").read_text("utf-8")
)

cases = pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])

PIECES = [
    *("a", "Z", "9", " ", ".", "-", "_", "/", "@", "#", "(", ")", "?", "é", "日", "ح", "’", "…"),
    *("example.org", "https://", "t.co/a", ".kids", "xn--", "e\u0301", "\u0301", "\ufe0f"),
    *("😀", "👍", "🏽", "👩", "⚕", "🇫", "🇷", "©", "\u200d", "\u20e3", "\u202a", "\n"),
]
texts = st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join))


@cases
def test_weighted_length(case):
    """X's weighted length of each kind of text is what its published library says, or longer."""
    assert weighted_length(case["text"]) == case["x"]


@cases
def test_grapheme_length(case):
    """Each character that a reader sees counts once, however it is written."""
    assert grapheme_length(case["text"]) == case["seen"]


@pytest.mark.parametrize("case", EMOJI, ids=[case["case"] for case in EMOJI])
def test_emoji_bytes_length(case):
    """On Threads a character counts once, and an emoji as many times as it has bytes."""
    assert emoji_bytes_length(case["text"]) == case["threads"]


@given(texts)
def test_emoji_bytes_bounds(text):
    """A length on Threads is never shorter than the characters, nor longer than the bytes."""
    assert len(text) <= emoji_bytes_length(text) <= byte_length(text)


@cases
def test_byte_length(case):
    """Bytes are those of UTF-8."""
    assert byte_length(case["text"]) == case["bytes"]


@given(st.text(st.characters(codec="ascii", exclude_characters=".")))
def test_ascii_counts_its_letters(text):
    """English without a full stop weighs as many as its letters."""
    assert weighted_length(text) == len(text)


@given(texts)
def test_weight_without_accents_apart(text):
    """A text weighs the same however its accents are written."""
    assert weighted_length(text) == weighted_length(normalize("NFD", text))
    assert weighted_length(text) == weighted_length(normalize("NFC", text))


@given(texts, texts)
def test_more_text_never_weighs_less(one, other):
    """Two texts with a space between them weigh no less than either alone."""
    together = weighted_length(f"{one} {other}")
    assert together >= max(weighted_length(one), weighted_length(other))


@given(texts)
def test_a_link_behind_a_space_costs_its_price(text):
    """A link after a space costs 24, whatever stands before it."""
    with_link = weighted_length(f"{text} https://example.org/a?b=c")
    assert with_link == weighted_length(f"{text} ") + LINK


@given(st.text(st.characters(exclude_categories=[])))
def test_no_text_is_too_strange_to_measure(text):
    """Even halves of characters, which no network takes, are measured and not an error."""
    assert 0 <= grapheme_length(text) <= len(text) <= byte_length(text)
    assert weighted_length(text) >= 0
