"""Every command takes the tips file in the same way, and says the same where it is missing."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project.test_docs import COMMANDS
from tests.tree import ROOT
from tests.whole.operator import Operator, Outcome, free_port

WORDS = {
    "check": "",
    "preview": "",
    "summarise": "",
    "run": "",
    "status": "",
    "log": "",
    "export": "jsonl",
    "post": "a",
    "posts": "",
    "reply": "1 words",
    "retract": "1",
    "resolve": "1",
    "hide": "1",
    "show": "1",
    "block": "@ada@town.example",
    "unblock": "@ada@town.example",
    "forget": "1",
    "approve": "1",
    "refuse": "1",
    "pause": "site",
    "resume": "site",
    "skip": "",
    "alert test": "",
    "alert list": "",
}
"""What each command that works on a tips file wants to be told besides."""

WITHOUT = {"init", "keys", "migrate", "schema", "web", "worker"} | {
    name for name in COMMANDS if name.startswith("fleet ")
}
"""The commands that read no tips file."""

BARE = ["check", "preview", "summarise", "run", "status", "log"]
"""Those that take the file as a bare word, too."""

MISSING = "no where.yaml: not found; run `tipsbot init` to make one, or name yours with --file\n"
TIPS = (
    "bot: {name: A}\nschedule: [{every: 1d}]\ntips: [{id: a, title: Ask, text: Ask the crowd.}]\n"
)

every_command = pytest.mark.parametrize("name", WORDS)


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    """An operator in a folder without a tips file, who has one in a folder of its own."""
    (tmp_path / "my tips").mkdir()
    (tmp_path / "my tips" / "mine.yaml").write_text(TIPS, encoding="utf-8")
    return Operator(home=tmp_path, port=free_port())


def does(operator: Operator, name: str, *words: str) -> Outcome:
    """Give a command with all that it wants besides the file."""
    return operator.does(*name.split(), *shlex.split(WORDS[name]), *words)


def test_the_table_has_every_command() -> None:
    """No command is left out."""
    assert set(COMMANDS) == set(WORDS) | WITHOUT


@every_command
def test_the_option_is_the_same(name: str) -> None:
    """It is `--file` or `-f`, `tips.yaml` unless it is given, and TIPSBOT_FILE in the environment."""
    (option,) = [one for one in COMMANDS[name].params if one.name == "file"]
    told = (option.opts, option.default, option.envvar)
    assert told == (["--file", "-f"], Path("tips.yaml"), "TIPSBOT_FILE")


@every_command
@pytest.mark.long
def test_a_missing_file_is_one_clear_line(operator: Operator, name: str) -> None:
    """Whatever the command, the same line says that its file is missing, and nothing is made."""
    operator.secrets = {"TIPSBOT_FILE": "no where.yaml"}
    done = does(operator, name)
    assert (done.code, done.err) == (2, MISSING)
    assert sorted(path.name for path in operator.home.iterdir()) == ["my tips"]


@pytest.mark.long
@pytest.mark.parametrize("name", BARE)
def test_a_bare_word_is_the_file_too(operator: Operator, name: str) -> None:
    """`tipsbot check FILE` is read as `tipsbot check --file FILE`, so that two are refused."""
    twice = operator.does(name, "one.yaml", "-f", "two.yaml")
    assert (twice.code, twice.err) == (
        2,
        "tipsbot: more than one tips file: two.yaml, one.yaml; name only one\n",
    )


def test_the_option_wins_over_the_environment(operator: Operator) -> None:
    """What is typed counts more than TIPSBOT_FILE, and the data is beside the file."""
    operator.secrets = {"TIPSBOT_FILE": "no where.yaml"}
    for words in (["-f", "my tips/mine.yaml"], ["my tips/mine.yaml"]):
        assert "\nmy tips/mine.yaml: good" in operator.does("check", *words).out
    assert does(operator, "skip", "--file", "my tips/mine.yaml").code == 0
    assert (operator.home / "my tips" / "data" / "tipsbot.db").exists()
    assert not (operator.home / "data").exists()


@pytest.mark.parametrize("folder", ["fresh", "a folder", "."])
def test_what_init_says_next_works_as_it_is_typed(tmp_path: Path, folder: str) -> None:
    """The commands that `init` shows can be typed where the operator stands, whatever it is called."""
    program = Path(sys.executable).with_name("tipsbot")
    (tmp_path / "bin").symlink_to(program.parent)
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}

    def shell(line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", line],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )

    told = shell(shlex.join(["bin/tipsbot", "init", folder])).stdout
    shown = [line.strip() for line in told.splitlines() if line.startswith("  ")]
    assert [line.split()[1:3] for line in shown] == [
        ["check", *shown[0].split()[2:3]],
        ["summarise", *shown[1].split()[2:3]],
        ["check", "--online"],
        ["run", *shown[3].split()[2:3]],
    ]
    assert {line.split()[0] for line in shown} == {"bin/tipsbot"}
    assert ": good: 2 tips" in shell(shown[0]).stdout
    assert "keep-it-short: Keep it short  (1 of 2)\n" in shell(shown[1]).stdout
    assert told.endswith(f"will be in {Path(folder, 'data')}\n")


@pytest.mark.parametrize("file", ["", "my tips/it's mine.yaml"])
def test_make_run_takes_a_file(tmp_path: Path, file: str) -> None:
    """`make run FILE=...` hands over the file's name whole; without one the bot's default holds."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "tipsbot").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    (tmp_path / "bin" / "tipsbot").chmod(0o755)
    done = tmp_path / "installed"
    done.touch()
    made = [f"VENV={tmp_path}", f"RUNTIME={done}", f"--old-file={done}"]
    words = subprocess.run(
        ["make", "--silent", "run", *made, *([f"FILE={file}"] if file else [])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert words == ["run", "--now", *(["--file", file] if file else [])]
