"""`make demo`, run as a process: its output, and its end without leftovers."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest
import requests
from bs4 import BeautifulSoup, Tag

from bot.core.text.counting.measure import weighted_length
from tests.tree import ROOT
from tests.whole.operator import Bot, await_that

ADDRESS = re.compile(
    r"^  the (discussion|exact posts|Mastodon server|chat) +(http://127\.0\.0\.1:\S+)$"
)
POST = re.compile(
    r"^  (Mastodon|X|Bluesky|Threads) +(\d+)  (.+) (http://127\.0\.0\.1:\d+/tips/\S+)$"
)
NETWORKS = {"Mastodon", "X", "Bluesky", "Threads"}
START_WITHIN = 90.0
"""How long the demo may take to start on a busy machine, in seconds."""
FIRST = "you-need-not-be-a-techie"


@contextmanager
def demo(folder: Path, *words: str) -> Iterator[Bot]:
    """The demo in a separate session, with this temporary folder."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.demo", *words],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    running = Bot(process)
    try:
        yield running
    finally:
        for left in session_of(process.pid):
            left.kill()
        running.kill()


def session_of(leader: int) -> list[psutil.Process]:
    """Every process that a demo has started, itself included."""
    found = []
    for process in psutil.process_iter():
        with suppress(ProcessLookupError, psutil.NoSuchProcess):
            if os.getsid(process.pid) == leader and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def addresses(running: Bot) -> dict[str, str]:
    """The addresses that the demo prints."""
    told = "Stop with Ctrl-C"
    await_that(lambda: told in running.output or running.process.poll() is not None, START_WITHIN)
    found = filter(None, map(ADDRESS.match, running.lines))
    return {match[1]: match[2] for match in found}


def last_seen(running: Bot, places: dict[str, str]) -> dict[str, str]:
    """The last content of each address before the demo ended."""
    seen: dict[str, str] = {}
    while running.process.poll() is None:
        for name, place in places.items():
            with suppress(requests.RequestException):
                answer = requests.get(place, timeout=10)
                seen[name] = answer.text if answer.ok else ""
        time.sleep(0.3)
    return seen


def entry_with(page: BeautifulSoup, words: str) -> Tag:
    """The one entry of the discussion with this text."""
    (found,) = [one for one in page.select("li.remark") if words in one.get_text()]
    return found


def assert_nothing_left(running: Bot, folder: Path) -> None:
    """Check that no process of the demo is left, and its temporary folder is empty."""
    assert session_of(running.process.pid) == []
    assert list(folder.iterdir()) == []


def assert_one_discussion(html: str) -> None:
    """Check that five networks are on one page, with edits and links, without deleted entries."""
    page = BeautifulSoup(html, "html.parser")
    ways = {way.get_text() for way in page.select("li.remark a.u-url")}
    assert {*(f"said on {one}" for one in NETWORKS), "said here"} <= ways
    assert entry_with(page, "only for a while").select_one(".edited")
    assert entry_with(page, "since 2011").select_one(".edited")
    link = "a[href='https://example.org/without-a-chair']"
    assert entry_with(page, "A works council").select_one(link)
    assert "ours" in entry_with(page, "Not too hopeful")["class"]
    gone_texts = ("always stay", "since 2001", "restart a router", "about cats", "this form works")
    for gone in gone_texts:
        assert gone not in html


def assert_posts(running: Bot, listed: list[dict[str, Any]]) -> None:
    """Check that the terminal shows the posts of all servers exactly, of 140 characters at most."""
    shown = [match.groups() for match in map(POST.match, running.lines) if match]
    for _, length, words, link in shown:
        assert weighted_length(f"{words} {link}") == int(length) <= 140
    first = {(network, f"{words} {link}") for network, _, words, link in shown if FIRST in link}
    assert {network for network, _ in first} == NETWORKS
    assert first <= {(one["network"], one["text"]) for one in listed}


def assert_pictures(listed: list[dict[str, Any]], heard: list[dict[str, Any]]) -> None:
    """Check that each network has a card for the first tip, and the chat has its words alone."""
    cards = {one["network"]: one["picture"] for one in listed if FIRST in one["text"]}
    assert cards.keys() == NETWORKS
    for card in cards.values():
        assert (card["width"], card["height"]) == (1200, 630)
        assert card["bytes"] > 1000
    for network in NETWORKS - {"Bluesky"}:
        assert cards[network]["alt"].startswith("You need not be a techie. ")
    chat = [one for one in listed if one["network"] == "Chat"]
    assert [one["text"] for one in chat] == [one["message"] for one in heard]
    assert not any(one["picture"] for one in chat)


def assert_log(running: Bot) -> None:
    """Check that the log shows replies from five networks, an edit, deletions and a mention under no tip."""
    log = running.output
    for network in ("mastodon", "x", "bluesky", "threads", "site"):
        assert f"on {network}, " in log
    for said in ("edited:", "deleted:", "under no tip:"):
        assert said in log
    assert log.count("(deleted) on") == 3


@pytest.mark.timeout(300)  # a deletion on Mastodon is noticed a minute later at the earliest
def test_the_whole_product_without_an_account(tmp_path: Path) -> None:
    """One page shows a discussion of five networks, the log follows it, and the posts exist."""
    with demo(tmp_path, "--once") as running:
        seen = last_seen(running, addresses(running))
        assert running.wait() == 0, running.output
        assert_nothing_left(running, tmp_path)
    assert_one_discussion(seen["discussion"])
    listed = json.loads(seen["exact posts"])
    assert_posts(running, listed)
    assert_pictures(listed, json.loads(seen["chat"]))
    assert_log(running)
    statuses = json.loads(seen["Mastodon server"])
    assert "work, and a long read" in {status["spoiler_text"] for status in statuses}


@pytest.mark.parametrize(
    ("number", "words", "code"),
    [(signal.SIGINT, (), 0), (signal.SIGTERM, ("--once",), 1)],
    ids=["Ctrl-C", "SIGTERM before --once has shown everything"],
)
def test_a_stop_leaves_nothing_behind(
    tmp_path: Path, number: signal.Signals, words: tuple[str, ...], code: int
) -> None:
    """A stop while people post ends everything that the demo started, and is reported."""
    with demo(tmp_path, *words) as running:
        addresses(running)
        await_that(lambda: "Noor (@noor@example.social)" in running.output)
        # A terminal signals every process of a session; a service manager signals one.
        (os.killpg if number is signal.SIGINT else os.kill)(running.process.pid, number)
        assert running.wait() == code, running.output
        assert_nothing_left(running, tmp_path)
    assert "Traceback" not in running.output
    assert running.lines[-1] == "Stopped. The demo's folder is deleted."


def test_a_stop_while_it_starts_leaves_nothing_behind(tmp_path: Path) -> None:
    """A terminal that is closed before the bot runs ends the demo, too."""
    with demo(tmp_path) as running:
        await_that(lambda: list(tmp_path.glob("tipsbot-demo-*/tips.yaml")), START_WITHIN)
        os.killpg(running.process.pid, signal.SIGHUP)
        assert running.wait() == 0, running.output
        assert_nothing_left(running, tmp_path)


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    """If the bot ends by itself, the demo prints its last lines and exits with 1."""
    with demo(tmp_path) as running:
        addresses(running)
        (bot,) = [one for one in session_of(running.process.pid) if "run" in one.cmdline()]
        bot.kill()
        assert running.wait() == 1, running.output
        assert_nothing_left(running, tmp_path)
    assert "The demo has failed: the bot has ended with code -9." in running.output
    assert "Traceback" not in running.output
