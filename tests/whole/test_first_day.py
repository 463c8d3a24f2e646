"""A newcomer's first day: the repository's own tips on the bot's own site."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import requests

from tests.servers.mastodon import MastodonServer
from tests.whole.conftest import tips
from tests.whole.operator import Operator, await_that
from tests.whole.visitor import visitor

SHIPPED = Path(__file__).parents[2] / "tips.yaml"
FIRST = "you-need-not-be-a-techie"


def write_reply(operator: Operator, tip: str, name: str, text: str) -> None:
    """Send the form under a tip, as a browser does."""
    with visitor(operator.site, tip) as writer:
        writer.open()
        writer.send(name, text)
        assert text in writer.seen


def test_the_first_tip_is_up_at_once(operator: Operator) -> None:
    """`run --now` posts the first shipped tip to the site, and lists the next slots."""
    shutil.copy(SHIPPED, operator.home)
    with operator.runs("--now") as bot:
        await_that(lambda: requests.get(f"{operator.site}/tips/{FIRST}", timeout=10).ok)
        page = requests.get(f"{operator.site}/tips/{FIRST}", timeout=10).text
        assert "You need not know how it works inside." in page
        assert "clarkmike" in page
        assert "<form" in page
        assert "weekday mornings" in bot.output
        assert bot.stop() == 0
        assert "stopped; all work finished" in bot.output


@pytest.mark.quick
def test_an_empty_site_gets_its_first_tip_unasked(operator: Operator) -> None:
    """With the site as its only account, the first start posts the tip that `preview` showed."""
    shutil.copy(SHIPPED, operator.home)
    first = operator.does("preview", "--count", "1", "--json").records[0]
    assert (first["due"], first["tip"]) == (None, FIRST)
    assert operator.does("preview", "-n", "1").out.startswith("at start ")
    assert "as soon as the bot is started" in operator.does("status").out
    assert "as soon as the bot is started" in operator.does("log").err
    assert operator.status()["first_tip"]["at_start"]
    for _ in range(2):
        with operator.runs():
            await_that(lambda: operator.status()["accounts"][0]["last_post"])
            assert operator.status()["first_tip"] is None
    (told,) = operator.does("preview", "-n", "1", "--json").records
    assert told["tip"] != FIRST
    assert operator.status()["accounts"][0]["last_post"]["delivery"] == 1


def test_an_empty_site_can_stay_empty(operator: Operator) -> None:
    """`run --no-now` waits for the first slot, whose time is in the terminal and on the index."""
    operator.write(tips().replace('cron: "0 9 29 feb *"', 'cron: "0 9 * * *"'))
    with operator.runs("--no-now") as bot:
        index = requests.get(operator.site, timeout=10).text
        assert '"at_start": true' in operator.does("status", "--json").out
        assert "no tip was posted yet; the first comes" in operator.does("log").err
    assert "no tip was posted yet; the first comes" in bot.output
    assert "with --now one is posted at once" in bot.output
    assert "The first tip comes on <time" in index
    assert operator.status()["waiting"] == []


def test_elsewhere_the_first_tip_waits_for_its_slot(
    operator: Operator, mastodon: MastodonServer
) -> None:
    """With an account on a network nothing is posted before the first slot, whose time is shown."""
    daily = tips(mastodon_url=mastodon.url).replace('cron: "0 9 29 feb *"', 'cron: "0 9 * * *"')
    operator.write(daily)
    operator.secrets = {"TIPSBOT_MASTODON_ACCESS_TOKEN": mastodon.token}
    with operator.runs() as bot:
        assert "no tip was posted yet; the first comes" in operator.does("status").out
        assert "The first tip comes on <time" in requests.get(operator.site, timeout=10).text
    assert "no tip was posted yet; the first comes" in bot.output
    assert not operator.status()["first_tip"]["at_start"]
    assert operator.does("preview", "-n", "1", "--json").records[0]["due"]
    assert mastodon.posts() == []


def test_a_reply_is_in_the_log_at_once_and_after_a_restart(operator: Operator) -> None:
    """A comment is in `tipsbot log` when the form is answered, and after a restart."""
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
    """Health check and metrics show the last expected post, and how far replies are read."""
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
