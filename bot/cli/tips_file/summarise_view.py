"""A tip and its proposals, as lines for people and as a record for programs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from bot.app.tips.propose import WeakSummary
from bot.bootstrap.settings.secrets import redacted
from bot.cli.output import counted
from bot.core.text.sanitize import shown

NOTHING = "no summary is doubtful; --all proposes one for every tip without a summary"


def show(*lines: str, err: bool = False) -> None:
    """Print lines without control characters and credentials, which a model may send back."""
    for line in lines:
        typer.echo(redacted(shown(line)), err=err)


def show_json(line: dict[str, Any]) -> None:
    """Print a line for programs, without credentials either."""
    typer.echo(redacted(json.dumps(line, ensure_ascii=False)))


def written(count: int, file: Path, *, is_any: bool) -> str:
    """The last line of what was written: how many, or that there `is_any` tip to write for."""
    return f"wrote {counted(count, 'summary', 'summaries')} into {file}" if is_any else NOTHING


def lines(case: WeakSummary) -> Iterator[str]:
    """A tip and its proposals for people."""
    yield f"{case.tip.id}: {case.tip.title}"
    if case.tip.summary:
        yield f"  now: {case.tip.summary}"
    yield from (f"  doubtful: {doubt}" for doubt in case.doubts)
    for number, one in enumerate(case.proposals, 1):
        tight, summary = one.tight, one.summary
        sure = f"{summary.sure:.0%} sure"
        yield f"  {number}. {tight.length}/{tight.limit} on {tight.account}, {summary.how}, {sure}"
        yield f"     {summary.text}"
        yield from (f"     doubtful: {doubt}" for doubt in summary.doubts if doubt != summary.how)
    yield from (f"  rejected a proposal of the model: {why}" for why in case.left_out)
    if not case.proposals:
        yield "  nothing to propose: write your own"


def record(case: WeakSummary) -> dict[str, Any]:
    """The same for programs."""
    return {
        "tip": case.tip.id,
        "summary": case.tip.summary,
        "doubts": list(case.doubts),
        "proposals": [
            {
                "text": one.summary.text,
                "how": one.summary.how,
                "sure": one.summary.sure,
                "doubts": list(one.summary.doubts),
                "by_model": one.by_model,
                "account": one.tight.account,
                "length": one.tight.length,
                "limit": one.tight.limit,
            }
            for one in case.proposals
        ],
        "left_out": list(case.left_out),
        "trouble": case.trouble,
    }
