"""The memo of summaries: it keeps, it forgets what has changed, and it never stands in the way."""

from __future__ import annotations

from contextlib import ExitStack, closing

import pytest

from bot.core.summary import Choice, Summary, key_of
from bot.store.memo import NAME, SqlMemo

CHOICE = Choice(
    chosen=Summary(text="Höre zu. 👂", how="title", sure=0.75, doubts=("it is short",)),
    way=1,
    exhausted=True,
)
KEY = key_of("a tip", 140)


@pytest.fixture
def memo():
    """Open the memo of a data directory, as a process does; each is closed in the end."""
    with ExitStack() as opened:

        def memo(place, version="1"):
            return opened.enter_context(closing(SqlMemo(place, lambda: version)))

        yield memo


@pytest.mark.parametrize("choice", [CHOICE, Choice(chosen=None)])
def test_it_is_there_for_the_next_process(tmp_path, choice, memo):
    """What was chosen is found again, the same in every part, by another process, too."""
    first = memo(tmp_path)
    first.put(KEY, choice)
    first.close()
    assert memo(tmp_path).get(KEY) == choice
    assert memo(tmp_path).get(key_of("a tip", 139)) is None


def test_other_rules_know_nothing_of_it(tmp_path, memo):
    """A choice that other rules or another parser made is never found."""
    memo(tmp_path, "1").put(KEY, CHOICE)
    assert memo(tmp_path, "2").get(KEY) is None


def test_without_a_place_it_keeps_for_itself(tmp_path, monkeypatch, memo):
    """A bot that never ran is looked at without a file."""
    monkeypatch.chdir(tmp_path)
    only_look = memo(None)
    only_look.put(KEY, CHOICE)
    assert only_look.get(KEY) == CHOICE
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"no database at all, but long enough to look like one" * 99])
def test_a_damaged_file_is_begun_anew(tmp_path, content, memo):
    """What cannot be read is thrown away, as it can be made again."""
    (tmp_path / NAME).write_bytes(content)
    damaged = memo(tmp_path)
    damaged.put(KEY, CHOICE)
    assert damaged.get(KEY) == CHOICE


def test_where_nothing_can_be_written_nothing_fails(tmp_path, memo):
    """A place that is no folder, or not there, costs the memo and nothing else."""
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "missing"):
        blocked = memo(place)
        blocked.put(KEY, CHOICE)
        assert blocked.get(KEY) is None
