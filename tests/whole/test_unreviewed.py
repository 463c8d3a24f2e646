"""How many tips nobody has looked at: the number that `check` and `status` give."""

from __future__ import annotations

import json
import shutil

import pytest

from bot.app.tips.validate import unreviewed
from tests.clock import MONDAY
from tests.core.samples import config, tip
from tests.tree import ROOT
from tests.whole.operator import Operator

HEAD = 'bot: {name: A}\nschedule: [{cron: "0 9 29 feb *"}]\ntips:\n'
PLAIN = "  - {id: plain, title: Ask, text: Ask the crowd.}\n"
OWN = "  - {id: own, title: Ask, text: Ask the crowd., summary: Ask them.}\n"
OVER = "  - {id: over, title: Ask, text: Ask the crowd., expires: 2020-01-01}\n"

FILES = {
    "one tip": (HEAD + PLAIN, 1),
    "one tip with a summary": (HEAD + OWN, 0),
    "one of each": (HEAD + PLAIN + OWN + OVER, 1),
    "all expired": (HEAD + OVER, 0),
    "as shipped": ((ROOT / "tips.yaml").read_text(encoding="utf-8"), 3),
}
LINE = "tips that nobody has looked at: {}; `tipsbot summarise` shows them"


def test_those_that_are_posted_in_words_that_nobody_saw() -> None:
    """Tips without a summary of the operator's are named, without those that are over."""
    over, own = tip("over", expires=MONDAY), tip("own", summary="Mine.")
    elsewhere = tip("elsewhere", platforms=("village",))
    whole = config(tip("a"), over, own, elsewhere, tip("b"))
    assert [one.id for one in unreviewed(whole, MONDAY)] == ["a", "b"]


@pytest.mark.parametrize(("text", "count"), FILES.values(), ids=FILES)
def test_check_and_status_count_them(operator: Operator, text: str, count: int) -> None:
    """Both give the right number, on one line with what to do, and no line where there is none."""
    operator.write(text)
    lines = [f"note: tips.yaml: {LINE.format(count)}"] if count else []
    checked = operator.does("check")
    assert checked.code == 0, checked.err
    assert [line for line in checked.out.splitlines() if "looked at" in line] == lines
    assert json.loads(operator.does("check", "--json").out)["unreviewed"] == count
    shown = operator.does("status").out.splitlines()
    assert [line for line in shown if "looked at" in line] == [
        line.removeprefix("note: tips.yaml: ") for line in lines
    ]
    assert operator.status()["unreviewed"] == count


@pytest.mark.parametrize("text", ["", "tips: []\n", HEAD + PLAIN + "  - {id: broken}\n"])
def test_of_a_broken_file_no_number_is_made_up(operator: Operator, text: str) -> None:
    """`check` knows of no number then, and `status` has that of the file in use, if there is one."""
    operator.write(text)
    checked = json.loads(operator.does("check", "--json").out)
    assert (checked["ok"], checked["unreviewed"]) == (False, None)
    stopped = operator.does("status")
    assert (stopped.code, stopped.out) == (2, "")
    operator.write(HEAD + PLAIN + OWN)
    with operator.runs():
        operator.write(text)
        assert operator.status()["unreviewed"] == 1


def test_it_needs_nobody_at_once(operator: Operator) -> None:
    """A tip that nobody looked at is no failure: `status` ends with 0."""
    shutil.copy(ROOT / "tips.yaml", operator.home)
    assert operator.does("status").code == 0
