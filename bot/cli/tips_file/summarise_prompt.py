"""Asks the operator, tip by tip, which summary to write into the file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

from bot.app.tips.propose import WeakSummary, layouts, room, tightest
from bot.bootstrap.edit_tips_file import write
from bot.cli.tips_file.summarise_view import lines, show, written
from bot.core.summary.prose import plain
from bot.core.text.sanitize import shown
from bot.tips_file.read_file import CONTROL

if TYPE_CHECKING:
    from bot.bootstrap.container import Container

CHOICES = "w to write your own, s to skip, q to quit"


def prompt(bot: Container, cases: Iterable[WeakSummary]) -> None:
    """Show and ask; each answer is in the file before the next question."""
    asked, count, data = False, 0, bot.loaded.data
    try:
        for case in cases:
            asked = True
            show(*lines(case))
            summary = _answer(bot, case)
            if summary is not None:
                data = write(bot.file, data, {case.tip.id: summary})
                count += 1
    except typer.Abort:
        show("")
    show(written(count, bot.file, is_any=asked))


def _answer(bot: Container, case: WeakSummary) -> str | None:
    """The summary that the operator wants, or None to skip. Raises Abort to stop."""
    numbers = {str(number): one for number, one in enumerate(case.proposals, 1)}
    question = f"a number, {CHOICES}" if numbers else CHOICES
    while True:
        answer = typer.prompt(question, default="s").strip().lower()
        if answer in numbers:
            return numbers[answer].summary.text
        if answer == "s":
            return None
        if answer == "q":
            raise typer.Abort
        if answer == "w" and (own := _own_summary(bot, case)):
            return own


def _own_summary(bot: Container, case: WeakSummary) -> str | None:
    """The operator's own words, or None where they cannot be used."""
    words = plain(typer.prompt("summary"))
    if not words:
        return None
    if CONTROL.search(words) or shown(words) != words:
        show("it contains a control character")
        return None
    accounts = layouts(case.tip, bot.config, bot.drafter)
    tight = tightest(words, accounts)
    if tight is None:
        show(f"it is too long: beside the link there is room for {room(accounts)} characters")
        return None
    show(f"{tight.length}/{tight.limit} on {tight.account}")
    return words
