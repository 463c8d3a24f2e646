"""`tipsbot export`: files for other programs, and a folder for a repository."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from bot.core.model.entry import Standing
from bot.store import open_store
from tests.clock import MONDAY
from tests.core.samples import entry
from tests.whole.conftest import tips
from tests.whole.operator import Operator


@pytest.fixture
def told(operator: Operator) -> Operator:
    """An operator of a bot with three entries, one of them held."""
    operator.write(tips())
    keep(
        operator,
        entry("e1", tip="short", text="Mae'n dda.\n=1+1"),
        entry("e2", tip="ask"),
        entry("e3", tip="ask", text="not yet", standing=Standing.HELD),
    )
    return operator


def keep(operator: Operator, *entries) -> None:
    """Store entries."""
    database = open_store(operator.home / "data", "bot")
    with database.store.writing() as tx:
        for one in entries:
            tx.log.keep(one, MONDAY)
    database.close()


def content(folder: Path) -> dict[str, tuple[str, int]]:
    """The text of each file, and its identity on the disk, which changes when it is written."""
    return {path.name: (path.read_text("utf-8"), path.stat().st_ino) for path in folder.iterdir()}


def test_to_standard_output_and_to_a_file(told: Operator) -> None:
    """Without `--to` an export is written to standard output, with it to a file, and is the same."""
    for form, last in (("jsonl", "\n"), ("csv", "\r\n"), ("activitystreams", "}\n")):
        path = told.home / f"out.{form}"
        assert told.does("export", form, "--to", str(path)).out == ""
        text = path.read_bytes().decode()
        assert text.endswith(last)
        assert told.does("export", form).out == text.replace("\r\n", "\n")
        assert "not yet" not in text
    assert [path.name for path in told.home.glob(".*")] == []
    assert [one["remote_id"] for one in told.does("export", "jsonl").records] == ["e1", "e2"]
    with (told.home / "out.csv").open(encoding="utf-8", newline="") as file:
        assert [row["remote_id"] for row in csv.DictReader(file)] == ["e1", "e2"]
    assert json.loads(told.does("export", "activitystreams").out)["totalItems"] == 2


def test_a_folder(told: Operator) -> None:
    """In the folder only changed files are written, and only the export's own are removed."""
    folder = told.home / "discussion" / "out"
    first = told.does("export", "markdown", "--to", str(folder))
    assert first.out == f"{folder}: 2 written, 0 unchanged, 0 removed\n"
    before = content(folder)
    assert sorted(before) == ["ask.md", "short.md"]
    (folder / "README.md").write_text("Mine.", encoding="utf-8")
    (folder / "gone.md").write_text(before["ask.md"][0], encoding="utf-8")
    keep(told, entry("e4", tip="short"))
    second = told.does("export", "markdown", "--to", str(folder))
    assert second.out == f"{folder}: 1 written, 1 unchanged, 1 removed\n"
    after = content(folder)
    assert sorted(after) == ["README.md", "ask.md", "short.md"]
    assert after["ask.md"] == before["ask.md"]
    assert after["README.md"][0] == "Mine."
    assert "I disagree (e4)." in after["short.md"][0]


def test_a_file_of_another_is_left_alone(told: Operator) -> None:
    """With an operator's file under a tip's name nothing is written, and the reason is reported."""
    folder = told.home / "out"
    folder.mkdir()
    (folder / "short.md").write_text("Mine.", encoding="utf-8")
    done = told.does("export", "markdown", "--to", str(folder))
    assert (done.code, list(content(folder))) == (2, ["short.md"])
    assert done.err == (
        f"tipsbot: {folder}/short.md was not made by tipsbot; "
        "move it away, or export into another folder\n"
    )
    assert content(folder)["short.md"][0] == "Mine."


def test_bad_places(told: Operator) -> None:
    """Markdown without a folder, and a place that cannot be written, are each one clear line."""
    done = told.does("export", "markdown")
    assert (done.code, done.err) == (2, "tipsbot: Markdown needs a directory; name one with --to\n")
    for form in ("markdown", "csv"):
        done = told.does("export", form, "--to", str(told.home / "tips.yaml" / "x"))
        assert done.code == 2
        assert done.err.count("\n") == 1
        assert "cannot be written: " in done.err


def test_a_bot_that_never_ran(operator: Operator) -> None:
    """Without entries the exports are empty, and no data directory is created."""
    operator.write(tips())
    assert operator.does("export", "jsonl").out == ""
    assert json.loads(operator.does("export", "activitystreams").out)["items"] == []
    assert operator.does("export", "csv").out.startswith("id,tip,account,")
    assert not (operator.home / "data").exists()
