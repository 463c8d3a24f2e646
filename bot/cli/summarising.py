"""`summarise`: proposing summaries for doubtful tips, and putting accepted ones into the file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
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
        bool, typer.Option("--all", help="Every tip without a summary of yours.")
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Ask, and put what you accept into the file.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask: take what nothing is doubtful about.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Propose summaries for the tips whose best one is doubtful; with --write, put them in."""
    from bot.cli.choosing import choose

    _check(write=write, yes=yes, as_json=as_json)
    with opened(file, reading=True, forgiving=True) as container:
        if container.trouble:
            container.reload()
        cases = _cases(container, tip or [], every)
        if write and not yes:
            choose(container, cases)
        elif write:
            _take(container, list(cases), as_json)
        else:
            _propose(cases, as_json)


def _check(*, write: bool, yes: bool, as_json: bool) -> None:
    """Refuse options that do not go together, and to ask where nobody can answer."""
    if yes and not write:
        raise UsageError("--yes goes with --write", "add it, or leave --yes out")
    if write and as_json and not yes:
        raise UsageError("--json cannot ask", "add --yes, or leave --json out")
    if write and not yes and not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask at", "run it in one, or add --yes")


def _cases(container: Container, named: list[str], every: bool) -> Iterator[WeakSummary]:
    """The tips that want a summary; why a model said nothing is told at once."""
    from bot.app.tips.propose import weak_summaries
    from bot.bootstrap.configured_model import model
    from bot.cli.proposing import say

    proposer = model(container.environment.variables)
    for case in weak_summaries(
        container.drafter, container.config, named=named, every=every, proposer=proposer
    ):
        if case.trouble:
            say(f"tipsbot: no proposals of the model for '{case.tip.id}': {case.trouble}", err=True)
        yield case


def _propose(cases: Iterator[WeakSummary], as_json: bool) -> None:
    """Show what is proposed, and change nothing."""
    from bot.cli import proposing

    some = False
    for case in cases:
        some = True
        if as_json:
            proposing.say_json(proposing.record(case))
        else:
            proposing.say(*proposing.lines(case))
    if not some and not as_json:
        proposing.say(proposing.NOTHING)


def _take(container: Container, cases: list[WeakSummary], as_json: bool) -> None:
    """Take what is sure for tips without a summary by hand, all at one stroke."""
    from bot.bootstrap.edit_tips_file import write
    from bot.cli import proposing

    taken = {case.tip.id: case.sure.text for case in cases if case.sure and not case.tip.summary}
    if taken:
        write(container.file, container.good.data, taken)
    for case in cases:
        text = taken.get(case.tip.id)
        if as_json:
            proposing.say_json({**proposing.record(case), "written": text})
        else:
            proposing.say(f"{case.tip.id}: {text or 'left as it is'}")
    if not as_json:
        proposing.say(proposing.written(len(taken), container.file) if cases else proposing.NOTHING)
