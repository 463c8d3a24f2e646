"""`summarise`: propose summaries, and write into the file what the operator decides."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.arguments.bot_option import chosen_bot
from bot.cli.arguments.options import DEFAULT_FILE, AsJson, File
from bot.cli.context import opened

if TYPE_CHECKING:
    from bot.app.tips.propose import Review
    from bot.bootstrap.container import Container


def summarise(
    file: File = DEFAULT_FILE,
    *,
    tip: Annotated[
        list[str] | None, typer.Option("--tip", help="Only this tip; may be repeated.")
    ] = None,
    doubtful: Annotated[
        bool, typer.Option("--doubtful", help="Only tips whose summary is doubtful.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show how each tip without a summary of yours is posted, and write the one that you choose.

    It asks in a terminal, the most doubtful first. Elsewhere it shows all, and changes nothing.
    """
    from bot.cli.tips_file.summarise_prompt import prompt

    with opened(file, reading=True, forgiving=True) as bot:
        if bot.loaded.problem and chosen_bot() is None:
            bot.reload()
        found = _reviews(bot, tip or [], doubtful)
        is_asking = sys.stdin.isatty() and sys.stdout.isatty() and chosen_bot() is None
        if is_asking and not as_json:
            prompt(bot, found)
        else:
            _show(found, as_json)


def _reviews(bot: Container, named: list[str], doubtful: bool) -> Iterator[Review]:
    """The tips to look at; a failure of the model is printed at once."""
    from bot.app.tips.propose import reviews
    from bot.bootstrap.settings.configured_model import model
    from bot.cli.tips_file.summarise_view import show

    for one in reviews(
        bot.drafter,
        bot.config,
        bot.clock.now(),
        named=named,
        doubtful=doubtful,
        proposer=model(bot.environment.variables),
    ):
        if one.trouble:
            trouble = f"the model made no proposals for '{one.tip.id}': {one.trouble}"
            show(f"tipsbot: {trouble}", err=True)
        yield one


def _show(found: Iterable[Review], as_json: bool) -> None:
    """Show the proposals, and change nothing."""
    from bot.cli.tips_file.summarise_view import (
        HOW_TO,
        HOW_TO_IN_A_FLEET,
        NOTHING,
        lines,
        record,
        show,
        show_json,
    )

    some = False
    for one in found:
        some = True
        if as_json:
            show_json(record(one))
        else:
            show(*lines(one))
    if not as_json:
        how_to = HOW_TO if chosen_bot() is None else HOW_TO_IN_A_FLEET
        show(how_to if some else NOTHING)
