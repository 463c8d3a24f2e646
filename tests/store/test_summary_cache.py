"""The summary cache: it keeps, it forgets what has changed, and it never stands in the way."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.core.summary import Choice, Summary, key_of
from bot.store.summary_cache import NAME, SqlSummaryCache

CHOICE = Choice(
    chosen=Summary(text="Höre zu. 👂", how="title", sure=0.75, doubts=("it is short",)),
    way=1,
    exhausted=True,
)
KEY = key_of("a tip", 140)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def summary_cache():
    """Open the summary cache of a data directory, as a process does; each is closed in the end."""
    with ExitStack() as opened:

        def summary_cache(place, version="1"):
            return opened.enter_context(closing(SqlSummaryCache(place, lambda: version)))

        yield summary_cache


def version(folder):
    """The version of the rules, as the package in a folder tells it."""
    asked = "from bot.store.summary_cache import rules_version; print(rules_version())"
    return subprocess.run(
        [sys.executable, "-c", asked], cwd=folder, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize("choice", [CHOICE, Choice(chosen=None)])
def test_it_is_there_for_the_next_process(tmp_path, choice, summary_cache):
    """What was chosen is found again, the same in every part, by another process, too."""
    first = summary_cache(tmp_path)
    first.put(KEY, choice)
    first.close()
    assert summary_cache(tmp_path).get(KEY) == choice
    assert summary_cache(tmp_path).get(key_of("a tip", 139)) is None


def test_other_rules_know_nothing_of_it(tmp_path, summary_cache):
    """A choice that other rules made is never found."""
    summary_cache(tmp_path, "1").put(KEY, CHOICE)
    assert summary_cache(tmp_path, "2").get(KEY) is None


def test_the_version_tells_every_rule(tmp_path):
    """A changed rule or word list of the core is another version; what lies outside of it is not."""
    bot = tmp_path / "bot"
    shutil.copytree(ROOT / "bot", bot, ignore=shutil.ignore_patterns("__pycache__"))
    seen = [version(tmp_path)]
    for place in ("core/summary/english/rules.py", "core/data/english.txt", "web/app.py"):
        with (bot / place).open("a", encoding="utf-8") as part:
            part.write("\n")
        seen.append(version(tmp_path))
    first, rules, lists, pages = seen
    assert len({first, rules, lists}) == 3
    assert pages == lists


def test_without_a_place_it_keeps_for_itself(tmp_path, monkeypatch, summary_cache):
    """A bot that never ran is looked at without a file."""
    monkeypatch.chdir(tmp_path)
    only_look = summary_cache(None)
    only_look.put(KEY, CHOICE)
    assert only_look.get(KEY) == CHOICE
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"no database at all, but long enough to look like one" * 99])
def test_a_damaged_file_is_begun_anew(tmp_path, content, summary_cache):
    """What cannot be read is thrown away, as it can be made again."""
    (tmp_path / NAME).write_bytes(content)
    damaged = summary_cache(tmp_path)
    damaged.put(KEY, CHOICE)
    assert damaged.get(KEY) == CHOICE


def no_folder(place):
    """A data directory that is a file."""
    (place / "file").write_text("")
    return place / "file"


def no_file(place):
    """A folder under the name of the memo's file."""
    (place / NAME).mkdir()
    return place


def not_ours(place):
    """A database that takes nothing of ours."""
    with sqlite3.connect(place / NAME) as other:
        other.execute("CREATE TABLE choice (key TEXT PRIMARY KEY, choice TEXT CHECK (choice = 1))")
    other.close()
    return place


@pytest.mark.parametrize("place", [no_folder, lambda place: place / "missing", no_file, not_ours])
def test_where_nothing_can_be_written_it_says_so_once(tmp_path, place, summary_cache):
    """A file that cannot be written costs one line of the log; the process remembers for itself."""
    blocked = summary_cache(place(tmp_path))
    with capture_logs() as told:
        for _ in range(3):
            blocked.put(KEY, CHOICE)
    assert [one["event"] for one in told] == ["summaries_not_kept"]
    assert NAME in told[0]["reason"]
    assert "or delete it" in told[0]["reason"]
    assert blocked.get(KEY) == CHOICE


def test_a_busy_file_is_passed_over(tmp_path, summary_cache):
    """While another process writes, a choice is not kept, and nobody is told."""
    summary_cache(tmp_path).put(KEY, CHOICE)
    with sqlite3.connect(tmp_path / NAME) as other, capture_logs() as told:
        other.execute("BEGIN IMMEDIATE")
        waiting = summary_cache(tmp_path)
        waiting.put(key_of("another", 140), CHOICE)
        assert waiting.get(KEY) == CHOICE
    other.close()
    assert told == []
