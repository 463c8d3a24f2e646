"""Several commands at one moment, in one process: `python -m tests.recorded.commands MOMENT`.

They come on standard input as a list of lists of words in JSON, and what each said goes to standard
output. Each ends as it would on its own; together they take the time of one start.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import time_machine

from bot.cli import main
from tests.whole.operator import Outcome


def ask(
    words: Sequence[Sequence[str]], moment: datetime, home: Path, environment: Mapping[str, str]
) -> list[Outcome]:
    """Give each command in this folder, at this moment."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.recorded.commands", moment.isoformat()],
        input=json.dumps(words),
        cwd=home,
        env=dict(environment),
        stdout=subprocess.PIPE,
        text=True,
        timeout=100,
        check=True,
    )
    return [Outcome(**one) for one in json.loads(done.stdout)]


def _answered(words: list[str]) -> dict[str, Any]:
    """Run one command; its exit code and what it wrote to both streams."""
    sys.argv = ["tipsbot", *words]
    code: object = 0
    with _caught(1) as out, _caught(2) as err:
        try:
            main()
        except SystemExit as end:
            code = end.code
    return {"code": code, "out": out[0], "err": err[0]}


@contextmanager
def _caught(number: int) -> Iterator[list[str]]:
    """What is written to a file descriptor during the block stands in the list after it."""
    said: list[str] = []
    before = os.dup(number)
    with TemporaryFile() as file:
        os.dup2(file.fileno(), number)
        try:
            yield said
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os.dup2(before, number)
            os.close(before)
            file.seek(0)
            said.append(file.read().decode())


if __name__ == "__main__":
    wanted = json.load(sys.stdin)
    answers = []
    with time_machine.travel(datetime.fromisoformat(sys.argv[1]), tick=False):
        answers = [_answered(one) for one in wanted]
    sys.stdout.write(json.dumps(answers))
