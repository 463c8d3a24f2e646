"""Output that its reader, encoding or disk does not take, and numbers that do not exist."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from tests.whole.conftest import tips
from tests.whole.operator import Operator

LONG = "9" * 20
STRANGE = (
    tips().replace("Three Tips", "Tips \u2713 \U0001f600 \u00fc").replace("yearly", "ежегодно")
)


def does(operator: Operator, *words: str, **how: Any) -> subprocess.CompletedProcess[bytes]:
    """Run a command with these streams and variables."""
    env = operator.environment | how.pop("variables", {})
    with subprocess.Popen(
        [*operator.command, *words],
        cwd=operator.home,
        env=env,
        stdout=how.get("stdout", subprocess.PIPE),
        stderr=subprocess.PIPE,
    ) as process:
        out, err = process.communicate(timeout=60)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def in_shell(operator: Operator, tail: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command with a redirection or a pipe behind it; its own exit code."""
    script = f'"$@" {tail}; exit "${{PIPESTATUS[0]}}"'
    return subprocess.run(
        ["bash", "-c", script, "bash", *operator.command, *words],
        cwd=operator.home,
        env=operator.environment,
        capture_output=True,
        check=False,
        timeout=60,
    )


def is_clear(done: subprocess.CompletedProcess[bytes]) -> bool:
    """Whether no internal error is reported, and no trace is shown."""
    return b"internal error" not in done.stderr and b"Traceback" not in done.stderr


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "koi8-r", "gbk", "ascii"])
@pytest.mark.parametrize("words", [("preview", "--all"), ("skip",), ("status",)])
def test_an_encoding_that_cannot_show_it(
    operator: Operator, words: tuple[str, ...], encoding: str
) -> None:
    """Characters outside of the encoding are escaped, and the command succeeds."""
    operator.write(STRANGE.replace("Keep it short", "Keep it short \u2713 \U0001f600 \u043a"))
    done = does(operator, *words, variables={"PYTHONIOENCODING": encoding})
    assert (done.returncode, done.stderr) == (0, b"")
    done.stdout.decode("utf-8" if encoding == "ascii" else encoding)  # as Click has it


def test_the_plain_locale(operator: Operator) -> None:
    """Output works without any locale."""
    operator.write(STRANGE)
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}
    done = does(operator, "skip", "не", variables=plain)
    assert done.returncode == 2
    assert is_clear(done)
    assert does(operator, "skip", variables=plain).returncode == 0


COMMANDS = ["status", "preview", "schema", "check", "--help", "--version"]


@pytest.mark.parametrize("words", COMMANDS)
def test_a_full_disk_is_told(operator: Operator, words: str) -> None:
    """Output that cannot be written is one line on standard error, and an exit code."""
    operator.write(tips())
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        done = does(operator, words, stdout=full)
    assert done.returncode == 2
    assert done.stderr.decode() == (
        "tipsbot: standard output cannot be written: No space left on device; check where it goes\n"
    )


@pytest.mark.parametrize("words", COMMANDS)
@pytest.mark.parametrize(("tail", "code"), [(">&-", 0), ("2>&-", 0), ("<&-", 0), ("| true", None)])
def test_streams_that_are_closed(
    operator: Operator, words: str, tail: str, code: int | None
) -> None:
    """A closed stream is no internal error; a closed pipe shows in the exit code alone."""
    operator.write(tips())
    done = in_shell(operator, tail, words)
    assert is_clear(done)
    assert done.returncode in ({code} if code is not None else {0, 141})


@pytest.mark.parametrize("tail", [">/dev/full", "| true", ">&-", "2>&-", ">/dev/full 2>/dev/full"])
def test_what_is_done_is_no_failure(operator: Operator, tail: str) -> None:
    """`skip` skips once, and never reports a failure after that."""
    operator.write(tips())
    assert in_shell(operator, tail, "skip").returncode == 0
    waiting = operator.does("preview", "--json", "--count", "1").out
    assert "2028" not in waiting


def test_a_closed_stream_is_no_file_of_the_bot(operator: Operator) -> None:
    """What is meant for a closed stream is never written into the database in its place."""
    operator.write(tips())
    for tail in (">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"):
        in_shell(operator, tail, "post", "short", "--again")
    assert operator.does("status").code == 0
    database = (operator.home / "data" / "tipsbot.db").read_bytes()
    assert database.startswith(b"SQLite format 3\x00")


@pytest.mark.parametrize(
    "words",
    [
        ("retract", LONG),
        ("reply", LONG, "hello"),
        ("resolve", LONG),
        ("resolve", LONG, "--drop"),
        ("resolve", str(2**63)),
        ("hide", LONG),
        ("show", str(2**64)),
        ("forget", LONG),
        ("forget", "9" * 5000),
        ("approve", LONG),
        ("refuse", LONG),
        ("block", LONG),
        ("block", "9" * 5000),
        ("unblock", LONG),
        ("preview", "--count", LONG),
        ("log", "--since", "9" * 5000 + "d"),
    ],
    ids=lambda words: " ".join(words)[:30],
)
def test_numbers_that_nothing_has(operator: Operator, words: tuple[str, ...]) -> None:
    """A number of any length is a number that nothing has: exit code 2 and a clear line."""
    operator.write(tips())
    done = operator.does(*words)
    assert done.code == 2
    assert "internal error" not in done.err
    assert "Traceback" not in done.err
