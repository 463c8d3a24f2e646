"""Asking the operator, tip by tip, which summary to put into the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from bot.app.tips.propose import WeakSummary, layouts, room, tightest
from bot.bootstrap.edit_tips_file import write
from bot.cli.proposing import NOTHING, lines, say, written
from bot.core.summary.prose import one_line
from bot.core.text.sanitize import shown
from bot.tips_file.read_file import CONTROL

if TYPE_CHECKING:
    from bot.bootstrap.container import Container

WAYS = "w to write your own, s to skip, q to quit"


def choose(container: Container, cases: Iterator[WeakSummary]) -> None:
    """Show and ask; each answer is in the file before the next question."""
    asked, count, data = False, 0, container.good.data
    try:
        for case in cases:
            asked = True
            say(*lines(case))
            summary = _answer(container, case)
            if summary is not None:
                data = write(container.file, data, {case.tip.id: summary})
                count += 1
    except typer.Abort:
        say("")
    say(written(count, container.file) if asked else NOTHING)


def _answer(container: Container, case: WeakSummary) -> str | None:
    """The summary that the operator wants, or None to pass on. Raises Abort to stop."""
    numbers = {str(number): one for number, one in enumerate(case.proposals, 1)}
    while True:
        said = typer.prompt(f"a number, {WAYS}" if numbers else WAYS, default="s").strip().lower()
        if said in numbers:
            return numbers[said].summary.text
        if said == "s":
            return None
        if said == "q":
            raise typer.Abort
        if said == "w" and (own := _own(container, case)):
            return own


def _own(container: Container, case: WeakSummary) -> str | None:
    """The operator's own words, or None where they cannot be used."""
    words = one_line(typer.prompt("summary"))
    if not words:
        return None
    if CONTROL.search(words) or shown(words) != words:
        say("there is a control character in it")
        return None
    among = layouts(case.tip, container.config, container.drafter)
    tight = tightest(words, among)
    if tight is None:
        say(f"it does not fit: beside the link there is room for {room(among)} characters")
        return None
    say(f"{tight.length}/{tight.limit} on {tight.account}")
    return words
