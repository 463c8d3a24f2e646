"""`summarise`: propose summaries, and write accepted ones into the file."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.context import opened
from bot.cli.options import DEFAULT_FILE, AsJson, File
from bot.core.errors import UsageError

if TYPE_CHECKING:
    from bot.app.tips.propose import WeakSummary
    from bot.bootstrap.container import Container


def summarise(
    file: File = DEFAULT_FILE,
    *,
    tip: Annotated[
        list[str] | None, typer.Option("--tip", help="Only this tip; may be repeated.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every tip without a summary in the file.")
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Ask, and write accepted summaries into the file.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask: write every summary without a doubt.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Propose summaries for the tips whose best one is doubtful; with --write, write them."""
    from bot.cli.tips_file.summarise_prompt import prompt

    if yes and not write:
        raise UsageError("--yes needs --write", "add it, or omit --yes")
    if write and as_json and not yes:
        raise UsageError("--json cannot ask", "add --yes, or omit --json")
    if write and not yes and not sys.stdin.isatty():
        raise UsageError("standard input is not a terminal", "run it in one, or add --yes")
    with opened(file, reading=True, forgiving=True) as bot:
        if bot.loaded.problem:
            bot.reload()
        cases = _cases(bot, tip or [], every)
        if write and not yes:
            prompt(bot, cases)
        elif write:
            _write(bot, list(cases), as_json)
        else:
            _propose(cases, as_json)


def _cases(bot: Container, named: list[str], every: bool) -> Iterator[WeakSummary]:
    """The tips that want a summary; a failure of the model is printed at once."""
    from bot.app.tips.propose import weak_summaries
    from bot.bootstrap.configured_model import model
    from bot.cli.tips_file.summarise_view import show

    proposer = model(bot.environment.variables)
    for case in weak_summaries(
        bot.drafter, bot.config, named=named, every=every, proposer=proposer
    ):
        if case.trouble:
            trouble = f"the model made no proposals for '{case.tip.id}': {case.trouble}"
            show(f"tipsbot: {trouble}", err=True)
        yield case


def _propose(cases: Iterable[WeakSummary], as_json: bool) -> None:
    """Show the proposals, and change nothing."""
    from bot.cli.tips_file.summarise_view import NOTHING, lines, record, show, show_json

    some = False
    for case in cases:
        some = True
        if as_json:
            show_json(record(case))
        else:
            show(*lines(case))
    if not some and not as_json:
        show(NOTHING)


def _write(bot: Container, cases: list[WeakSummary], as_json: bool) -> None:
    """Write the sure summaries of tips without one by hand, all in one change of the file."""
    from bot.bootstrap.edit_tips_file import write
    from bot.cli.tips_file.summarise_view import record, show, show_json, written

    taken = {case.tip.id: case.sure.text for case in cases if case.sure and not case.tip.summary}
    if taken:
        write(bot.file, bot.loaded.data, taken)
    for case in cases:
        text = taken.get(case.tip.id)
        if as_json:
            show_json({**record(case), "written": text})
        else:
            show(f"{case.tip.id}: {text or 'unchanged'}")
    if not as_json:
        show(written(len(taken), bot.file, is_any=bool(cases)))
