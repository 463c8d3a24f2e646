"""A tips file that is broken, or replaced by no file, while the bot runs and at a restart."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from tests.whole.conftest import tips
from tests.whole.operator import Operator, await_that


def pipe(path: Path) -> None:
    """A pipe without a writer."""
    os.mkfifo(path)


def device(path: Path) -> None:
    """A link to an endless device."""
    path.symlink_to("/dev/zero")


def sparse(path: Path) -> None:
    """A file of a terabyte."""
    path.touch()
    os.truncate(path, 1 << 40)


def folder(path: Path) -> None:
    """A folder, as a container creates one for a missing mount."""
    path.mkdir()


def half(path: Path) -> None:
    """The first half of a file."""
    path.write_text(tips()[: len(tips()) // 2], encoding="utf-8")


THINGS = [
    (pipe, "not an ordinary file"),
    (device, "not an ordinary file"),
    (sparse, "larger than 16 MiB"),
    (folder, "a folder, not a file"),
    (half, "tips.yaml:"),
]


def health(operator: Operator) -> str:
    """The health check's report on tips.yaml."""
    return str(requests.get(f"{operator.site}/healthz", timeout=10).json()["tips_file"])


def page(operator: Operator) -> str:
    """The site's index."""
    return requests.get(operator.site, timeout=10).text


def move_aside(operator: Operator) -> Path:
    """Move the tips file aside; its former path."""
    file = operator.home / "tips.yaml"
    file.rename(operator.home / "aside.yaml")
    return file


def restore(operator: Operator) -> None:
    """Restore the file, with another tip in it."""
    file = operator.home / "tips.yaml"
    shutil.rmtree(file) if file.is_dir() else file.unlink(missing_ok=True)
    operator.write(tips().replace("Ask the crowd", "Ask everybody"))


@pytest.mark.parametrize(("make", "said"), THINGS)
def test_replaced_while_it_runs(
    operator: Operator, make: Callable[[Path], None], said: str
) -> None:
    """The last valid file stays in use; log, `status` and health report why, until it is repaired."""
    operator.write(tips())
    with operator.runs() as bot:
        make(move_aside(operator))
        await_that(lambda: said in (operator.status()["file_trouble"] or ""))
        await_that(lambda: "tips_file_refused" in bot.output)
        assert health(operator) == "kept the last good one"
        assert bot.output.count("tips_file_refused") == 1
        restore(operator)
        await_that(lambda: operator.status()["file_trouble"] is None)
        assert health(operator) == "good"


@pytest.mark.parametrize(("make", "said"), THINGS)
def test_broken_at_a_restart(operator: Operator, make: Callable[[Path], None], said: str) -> None:
    """The last valid file is used, with a warning on page, log, output, `status` and health."""
    operator.write(tips())
    with operator.runs():
        pass
    make(move_aside(operator))
    with operator.runs() as bot:
        assert "the tips file is broken; the last good one is in use:" in bot.output
        assert said in bot.output
        await_that(lambda: "tips_file_refused" in bot.output)
        assert said in operator.status()["file_trouble"]
        assert health(operator) == "kept the last good one"
        assert "The tips file of this site is broken." in page(operator)
        restore(operator)
        await_that(lambda: operator.status()["file_trouble"] is None)
        assert "The tips file of this site is broken." not in page(operator)


def test_strict_refuses_a_broken_file(operator: Operator) -> None:
    """With `--strict` a broken file ends the start, as it does without any earlier valid one."""
    operator.write(tips())
    with operator.runs():
        pass
    half(move_aside(operator))
    done = operator.does("run", "--strict")
    assert done.code == 2
    assert "tips.yaml:" in done.err
    shutil.rmtree(operator.home / "data")
    assert operator.does("run").code == 2


def test_tips_that_do_not_fit_at_a_restart(operator: Operator) -> None:
    """A file whose tips fit no account counts as broken."""
    operator.write(tips())
    with operator.runs():
        pass
    operator.write(
        tips()
        .replace("Keep it short", "Keep it short " * 20)
        .replace("text: W", "text: " + "w" * 300)
    )
    assert operator.does("run", "--strict").code == 2
    with operator.runs() as bot:
        assert "the tips file is broken; the last good one is in use:" in bot.output
