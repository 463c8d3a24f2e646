"""Foreign markup as text: what a reader of the log, an export or a hit is told."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.core.text.markup.html_to_text import DEEPEST, readable

CASES = yaml.safe_load(Path("tests/data/markup_as_text.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_markup_is_told_in_words(case):
    """Text says what the markup says: nothing is glued together, and nothing that was meant is lost."""
    assert readable(case["html"]) == case["text"]


@pytest.mark.parametrize(
    "markup",
    [
        "<blockquote>" * 20_000 + "x<br>y",
        "<ol><li>" * 20_000 + "x",
        "<a " * 40_000,
        "<del>" * 20_000 + "x",
        "<sup>" * 20_000 + "x",
        '<a href="https://a.example/">' * 3_000 + "x",
        "<q>" * 20_000 + "x",
        "<table><tr><td>" * 7_000 + "x",
        "<dl><dd>" * 10_000 + "<br>x" * 1_000,
        "<![" * 40_000,
        "<li value=99999999999999999999>x",
    ],
    ids=lambda markup: markup[:12],
)
@pytest.mark.long
def test_no_markup_is_too_much(markup):
    """However deep or broken markup is, its text comes in time and is not much longer than it."""
    assert len(readable(markup)) <= 6 * len(markup)


def test_what_is_very_deep_is_indented_no_further():
    """Lines deep in quotations have as many signs before them as the deepest that is shown."""
    assert readable("<blockquote>" * 50 + "x") == "> " * DEEPEST + "x"
