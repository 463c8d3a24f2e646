"""`tipsbot log --follow`: every event is shown within a second."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import requests

from tests.whole.operator import Bot, Operator, await_that
from tests.whole.test_first_day import FIRST, SHIPPED, write_reply


@contextmanager
def following(operator: Operator, *words: str) -> Iterator[Bot]:
    """A running `log --follow`, ended with the block."""
    log = operator.begins("log", "--follow", *words)
    try:
        await_that(lambda: log.lines)
        yield log
    finally:
        log.kill()


@pytest.fixture
def talking(operator: Operator) -> Iterator[Operator]:
    """An operator with a running bot, whose first tip has one reply."""
    shutil.copy(SHIPPED, operator.home)
    with operator.runs("--now"):
        await_that(lambda: requests.get(f"{operator.site}/tips/{FIRST}", timeout=10).ok)
        write_reply(operator, FIRST, "Robin", "The first.")
        yield operator


def seconds_until(happens: Callable[[], object]) -> float:
    """How long it takes until a condition holds, in seconds."""
    begin = time.monotonic()
    await_that(happens, within=10)
    return time.monotonic() - begin


def test_new_entries_and_deletions_in_a_terminal(talking: Operator) -> None:
    """A new reply is shown within a second, and so is its deletion, with the entry."""
    with following(talking) as log:
        write_reply(talking, FIRST, "Ada", "The second.")
        assert seconds_until(lambda: "The second." in log.output) < 1
        assert f"{FIRST}:\n  2. Ada on site" in log.output
        talking.does("forget", "2")
        assert seconds_until(lambda: "  2. (deleted) on site" in log.output) < 1
        assert f"{FIRST}, deleted:" in log.output
        assert log.output.count("The second.") == 1


def test_events_as_json(talking: Operator) -> None:
    """JSON output has a line for each change, with its number and the current entry."""
    with following(talking, "--json") as log:
        write_reply(talking, FIRST, "Ada", "The second.")
        talking.does("forget", "1")
        await_that(lambda: len(log.lines) == 3)
        before, second, deleted = map(json.loads, log.lines)
    assert (before["text"], before.get("event")) == ("The first.", None)
    assert (second["change"], second["text"], second["id"]) == ("created", "The second.", 2)
    assert (deleted["change"], deleted["text"], deleted["id"]) == ("deleted", "", 1)
    assert [second["event"], deleted["event"]] == [2, 3]
    assert deleted["deleted_at"]
