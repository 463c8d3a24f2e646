"""An `@` in a tip calls nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
import regex
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.core.mention import BREAK, unmentioned

CASES = yaml.safe_load((Path(__file__).parents[1] / "data" / "mentions.yaml").read_text("utf-8"))

PIECES = ["@", "＠", "a", "Z", "7", "_", ".", "-", " ", "RT", "rt", "é", "聞", "!", "=", "(", "\n"]

ON_X = regex.compile(
    r"(?:^|[^a-zA-Z0-9_!#$%&*@＠]|(?:^|[^a-zA-Z0-9_+~.\-])[rR][tT]:?)[@＠][a-zA-Z0-9_]{1,20}"
)
"""What calls somebody on X: twitter-text 3.1.0, validMentionOrList."""

ON_MASTODON = regex.compile(r"(?<![=/\w])@[a-z0-9_]+", regex.IGNORECASE)
"""What calls somebody on Mastodon: Account::MENTION_RE."""


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_cases(case):
    """Names are broken where they would call somebody, and addresses stay whole."""
    text, safe = (case[name].replace("·", BREAK) for name in ("text", "safe"))
    assert unmentioned(text) == safe


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_nobody_is_called(text):
    """Whatever stands around an `@`, nobody is called on X or Mastodon, and no word is changed."""
    safe = unmentioned(text)
    assert not ON_X.search(safe)
    assert not ON_MASTODON.search(safe)
    assert safe.replace(BREAK, "") == text
    assert unmentioned(safe) == safe
