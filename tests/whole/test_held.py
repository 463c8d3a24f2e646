"""A held comment, from the form to the operator's decision, and the event log file."""

from __future__ import annotations

import json
import shutil
from typing import Any

import requests

from tests.whole.operator import Operator, await_that, hidden_fields
from tests.whole.test_first_day import FIRST, SHIPPED

SPAM = "Cheap pills at https://spam.example"


def write(operator: Operator, text: str) -> None:
    """Send the form under the first tip."""
    with requests.Session() as browser:
        page = browser.get(f"{operator.site}/tips/{FIRST}", timeout=10)
        form = {**hidden_fields(page.text), "name": "Spamlet", "text": text}
        assert browser.post(page.url, data=form, timeout=10).status_code == 200


def told(operator: Operator) -> list[dict[str, Any]]:
    """The lines of the log file."""
    file = operator.home / "data" / "discussion.jsonl"
    lines = file.read_text("ascii").splitlines() if file.exists() else []
    return [json.loads(line) for line in lines if line.strip()]


def changes(operator: Operator) -> list[tuple[str, int]]:
    """The changes in the event log file, each with its entry."""
    return [(line["change"], line["entry"]) for line in told(operator)]


def test_the_operator_decides(operator: Operator) -> None:
    """Status lists held comments with number and link; both the command and the link decide."""
    shutil.copy(SHIPPED, operator.home)
    with operator.runs("--now") as bot:
        await_that(lambda: requests.get(f"{operator.site}/tips/{FIRST}", timeout=10).ok)
        for number in range(3):
            write(operator, f"{SPAM}/{number}")
        listed = operator.status()["held"]
        assert [one["entry"] for one in listed] == [1, 2, 3]
        told_so = operator.does("status")
        assert told_so.code == 0  # comments of strangers are no problem of the bot
        assert "held for your decision:" in told_so.out
        assert f"entry 1  {FIRST}, since " in told_so.out
        assert operator.status()["held_since"] == listed[0]["at"]
        assert listed[0]["link"] in bot.output
        assert "Spamlet on site" in operator.does("log").out
        assert operator.entries() == []  # which has only public entries

        assert "entry 1 is published" in operator.does("approve", "1").out
        assert "entry 2 is erased" in operator.does("refuse", "2").out
        requests.post(listed[2]["link"], data={"answer": "approve"}, timeout=10)
        page = requests.get(f"{operator.site}/tips/{FIRST}", timeout=10).text
        assert [f"spam.example/{number}" in page for number in range(3)] == [True, False, True]
        assert operator.status()["held"] == []
        again = operator.does("approve", "1")
        assert (again.code, again.err) == (
            2,
            "tipsbot: entry 1 is not held; `tipsbot status` shows those that are\n",
        )
        await_that(lambda: len(told(operator)) == 6)
    assert changes(operator) == [
        *(("created", number) for number in (1, 2, 3)),
        ("shown", 1),
        ("deleted", 2),
        ("shown", 3),
    ]
    assert [line["standing"] for line in told(operator)] == ["held"] * 3 + [
        "shown",
        "held",
        "shown",
    ]


def test_forgotten_words_are_in_no_file(operator: Operator) -> None:
    """Erased text is in no file of the bot, whether or not it ran at the time."""
    shutil.copy(SHIPPED, operator.home)
    with operator.runs("--now") as bot:
        await_that(lambda: requests.get(f"{operator.site}/tips/{FIRST}", timeout=10).ok)
        write(operator, "Quokka one.")
        write(operator, "Quokka two.")
        await_that(lambda: len(told(operator)) == 2)
        operator.does("forget", "1")
        await_that(lambda: len(told(operator)) == 3)
        bot.kill()
    operator.does("forget", "2")
    assert changes(operator)[2:] == [("deleted", 1), ("deleted", 2)]
    files = [path for path in operator.home.rglob("*") if path.is_file()]
    assert len(files) > 4
    assert [path.name for path in files if b"Quokka" in path.read_bytes()] == []
    assert [path.name for path in files if b"Spamlet" in path.read_bytes()] == []
