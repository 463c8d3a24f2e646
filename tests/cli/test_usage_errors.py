"""A command that is given in a wrong way gets one clear line, and exit code 2."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli.app import app
from bot.core.errors import UsageError
from tests.whole.operator import Operator, free_port

CASES = yaml.safe_load((Path(__file__).parents[1] / "data" / "wrong_usage.yaml").read_text("utf-8"))
TIPS = (
    "bot: {name: A}\nschedule: [{every: 1d}]\ntips: [{id: a, title: Ask, text: Ask the crowd.}]\n"
)

LOG = "`tipsbot log` shows their numbers"
HELD = "`tipsbot status` shows those that are"
POSTS = "`tipsbot posts` shows"

NOTHING_THERE = {
    "hide 999": f"there is no entry 999 with words; {LOG}",
    "show 999": f"there is no entry 999 with words; {LOG}",
    "reply 999 thanks": f"there is no entry 999; {LOG}",
    "forget 999": f"there is no entry 999 with words; {LOG}",
    "forget 999 --author": f"there is no entry 999 with words; {LOG}",
    "block 999": f"there is no entry 999 with words; {LOG}",
    "unblock 999": f"there is no entry 999 with words; {LOG}",
    "hide -- -1": f"there is no entry -1 with words; {LOG}",
    "approve 999": f"entry 999 is not held; {HELD}",
    "refuse 0": f"entry 0 is not held; {HELD}",
    "resolve 999": f"there is no delivery 999; {POSTS} their numbers",
    "resolve 999 --drop": f"there is no delivery 999; {POSTS} their numbers",
    "retract 999": f"there is no posted delivery 999; {POSTS} their numbers",
    "retract nothing": f"there is no tip and no post 'nothing'; {POSTS} them",
    "skip nothing": "there is no schedule 'nothing'; there are: schedule 1",
}
"""Numbers and names of nothing, and what is said of them."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["words"])
def test_it_is_told_in_one_line(case: dict[str, Any]) -> None:
    """Whatever is wrong with a command line, one line says what, and what to do."""
    with pytest.raises(UsageError) as caught:
        app(shlex.split(case["words"]), prog_name="tipsbot")
    assert str(caught.value) == case["says"]


@pytest.mark.long
@pytest.mark.parametrize(
    "words", ["chekc", "check --jsno", "preview -n 0", "post", "post a b", "hide x", "log --tip"]
)
def test_an_operator_sees_that_line_alone(tmp_path: Path, words: str) -> None:
    """Nothing else is written, to either stream, and the exit code is 2."""
    done = Operator(home=tmp_path, port=free_port()).does(*shlex.split(words))
    (says,) = [case["says"] for case in CASES if case["words"] == words] or [None]
    line = f"tipsbot: {says}\n" if says else done.err
    assert (done.code, done.out, done.err) == (2, "", line)
    assert done.err.count("\n") == 1


@pytest.mark.long
@pytest.mark.parametrize("words", NOTHING_THERE)
def test_a_wrong_number_says_where_numbers_are_found(tmp_path: Path, words: str) -> None:
    """A number or a name of nothing is told with the command that shows the right ones."""
    operator = Operator(home=tmp_path, port=free_port())
    operator.write(TIPS)
    done = operator.does(*shlex.split(words))
    assert (done.code, done.out) == (2, "")
    assert done.err == f"tipsbot: {NOTHING_THERE[words]}\n"


@pytest.mark.parametrize("words", ["x" * 10_000, "\x1b[31mred", "a\nb", "ünknown", "\udcff"])
def test_what_was_typed_is_repeated_harmlessly(words: str) -> None:
    """However long or strange a word is, the line about it is short and changes no terminal."""
    for line in ([words], ["check", f"--{words}"], ["hide", words], ["log", "--format", words]):
        with pytest.raises(UsageError) as caught:
            app(line, prog_name="tipsbot")
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 400


def test_help_is_no_wrong_usage(tmp_path: Path) -> None:
    """`--help`, `-h` and `--version` are answered as ever."""
    operator = Operator(home=tmp_path, port=free_port())
    for words in (["--help"], ["hide", "-h"], ["--version"]):
        done = operator.does(*words)
        assert (done.code, done.err) == (0, "")
        assert "tipsbot" in done.out
