"""A tag becomes a hashtag that networks link whole, or none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import regex
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.app.tips.advise import advice
from bot.core.text.hashtags import hashtag, hashtags
from tests.app.harness import Harness
from tests.core.samples import account, config, tip

CASES = yaml.safe_load((Path(__file__).parents[2] / "data" / "hashtags.yaml").read_text("utf-8"))
GOOD = "Listen hardest to those who disagree with you."

ON_X = regex.compile(r"[#＃][\p{L}\p{M}\p{Nd}_]*[\p{L}\p{M}][\p{L}\p{M}\p{Nd}_]*")
"""What X links: twitter-text 3.1.0, validHashtag, without its few signs of punctuation."""

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case["tag"])


@every_case
def test_a_tag(case: dict[str, Any]) -> None:
    """Signs that mean something are written in words, and what would link as another is none."""
    assert (hashtag(case["tag"]) or "") == case["hashtag"]


@every_case
def test_check_says_so(case: dict[str, Any]) -> None:
    """`check` notes a tag that makes no hashtag, and one that is written in other words, once."""
    harness = Harness(config=config(*(tip(one, summary=GOOD, tags=(case["tag"],)) for one in "ab")))
    found = list(advice(harness.config, harness.drafter, harness.store))
    assert [one.tip for one in found] == (["a"] if case.get("noted") else [])
    assert all(case["tag"] in one.what and case["hashtag"] in one.what for one in found)


def test_nothing_is_said_where_no_account_has_hashtags() -> None:
    """A bot that posts no hashtags hears nothing of them."""
    one = tip("a", summary=GOOD, tags=("c*",))
    harness = Harness(config=config(one, accounts=(account(hashtags=0),)))
    assert list(advice(harness.config, harness.drafter, harness.store)) == []


@given(st.text(st.sampled_from("aZé健9_-.+&/'’!#*²🎉 "), min_size=1, max_size=8))
def test_a_network_links_all_of_it(tag: str) -> None:
    """Whatever a tag is made of, X links the whole hashtag or there is none."""
    made = hashtag(tag)
    assert made is None or ON_X.fullmatch(made)


def test_the_same_hashtag_comes_once() -> None:
    """Two tags that make the same hashtag make it once, as the first of them does."""
    assert list(hashtags(["node.js", "Ask", "nodejs", "ask"])) == ["#NodeJs", "#Ask"]
