"""A newcomer's first day: the repository's own tips on the bot's own site."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import requests

from tests.whole.operator import Operator, await_that, hidden_fields

pytestmark = pytest.mark.quick

SHIPPED = Path(__file__).parents[2] / "tips.yaml"
FIRST = "you-need-not-be-a-techie"


def write_reply(operator: Operator, tip: str, name: str, text: str) -> None:
    """Fill in the form under a tip, as a browser does."""
    with requests.Session() as browser:
        page = browser.get(f"{operator.site}/tips/{tip}", timeout=10)
        form = {**hidden_fields(page.text), "name": name, "text": text}
        answer = browser.post(page.url, data=form, timeout=10)
        assert answer.status_code == 200
        assert text in answer.text


def test_the_first_tip_is_up_at_once(operator: Operator) -> None:
    """`run --now` posts the first shipped tip to the site, and tells when the next slots are."""
    shutil.copy(SHIPPED, operator.home)
    with operator.runs("--now") as bot:
        await_that(lambda: requests.get(f"{operator.site}/tips/{FIRST}", timeout=10).ok)
        page = requests.get(f"{operator.site}/tips/{FIRST}", timeout=10).text
        assert "You need not know how it works inside." in page
        assert "clarkmike" in page
        assert "<form" in page
        assert "weekday mornings" in bot.output
        assert bot.stop() == 0
        assert "stopped; nothing was left in hand" in bot.output


def test_a_reply_is_in_the_log_at_once_and_after_a_restart(operator: Operator) -> None:
    """What a reader types into the form is in `tipsbot log` when the page answers, and stays."""
    shutil.copy(SHIPPED, operator.home)
    with operator.runs("--now"):
        await_that(lambda: requests.get(f"{operator.site}/tips/{FIRST}", timeout=10).ok)
        write_reply(operator, FIRST, "Robin", "Is it really leadership?")
        assert "Is it really leadership?" in operator.does("log").out
    with operator.runs("--now"):
        assert "Is it really leadership?" in operator.does("log", "--tip", FIRST).out
        (entry,) = operator.entries()
    assert entry["tip"] == FIRST
    assert entry["author"] == "Robin"
    assert entry["platform"] == "site"


def test_whoever_watches_learns_of_the_last_expected_post(operator: Operator) -> None:
    """Health and figures say that the tip that was due was posted, and how far replies are read."""
    shutil.copy(SHIPPED, operator.home)
    with operator.runs("--now"):
        await_that(lambda: operator.status()["accounts"][0]["last_post"])
        told = requests.get(f"{operator.site}/healthz", timeout=10).json()
        assert told["ok"]
        assert told["expected"]["slot"] == "now/first"
        assert (told["expected"]["posted"], told["expected"]["accounts"]) == (
            True,
            {"site": "posted"},
        )
        await_that(
            lambda: (
                "site" in requests.get(f"{operator.site}/healthz", timeout=10).json()["heard_until"]
            )
        )
        figures = requests.get(f"{operator.site}/metrics", timeout=10).text
        assert 'tipsbot_slots_total{outcome="planned"} 1.0' in figures


def test_the_extra_slot_is_posted_once_in_the_life_of_a_data_directory(operator: Operator) -> None:
    """`--now` at every start posts one tip in all, not one a start."""
    shutil.copy(SHIPPED, operator.home)
    for _ in range(2):
        with operator.runs("--now"):
            await_that(lambda: operator.status()["accounts"][0]["last_post"])
    assert operator.status()["accounts"][0]["last_post"]["delivery"] == 1
