"""Opens what a command works on, and applies a command to several things."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from bot.cli.arguments.bot_option import chosen_bot
from bot.cli.output import print_done
from bot.core.errors import BotError
from bot.core.text.sanitize import shown_lines

if TYPE_CHECKING:
    from bot.bootstrap.container import Container
    from bot.core.ports.unit_of_work import UnitOfWork

T = TypeVar("T")
COPIES_STAY = (
    "PostgreSQL keeps copies of what was erased: in dead rows until its next vacuum, in its data"
    " files until they are written over, in WAL archives and backups until these expire"
)
"""What a command says that erased something there."""


@contextmanager
def opened(file: Path, *, reading: bool = False, forgiving: bool = False) -> Iterator[Container]:
    """The container of a command that ends by itself; the log has errors only.

    With `--bot` it is that of a bot of the fleet. `reading` and `forgiving` as for
    `open_container`.
    """
    from bot.bootstrap.container import open_container
    from bot.bootstrap.running import stop_signals
    from bot.bootstrap.settings import log_setup

    log_setup.configure(quiet=True)
    stop_signals.interrupt()
    if (bot := chosen_bot()) is not None:
        from bot.bootstrap.fleet.one_bot import open_bot

        container = open_bot(bot, os.environ)
    else:
        container = open_container(file, variables=os.environ, reading=reading, forgiving=forgiving)
    try:
        yield container
    finally:
        container.close()


def for_each(
    file: Path,
    named: Iterable[T],
    act: Callable[[Container, UnitOfWork, T], str],
    *,
    erases: bool = False,
) -> None:
    """Act on each part of the discussion that is named, in a transaction each; print the results.

    Then the event log file is updated. `erases` says that words are erased permanently, except for
    the copies that the database keeps; which these are is told after anything was erased.
    """
    done: list[T] = []
    with opened(file, forgiving=True) as container:
        database = container.database

        def act_on(one: T) -> str:
            with database.store.writing() as tx:
                result = act(container, tx, one)
            done.append(one)
            return result

        try:
            each(named, act_on)
        finally:
            container.update_event_log_file()
            if erases:
                database.tidy()
            if erases and done and database.keeps_copies:
                print_done(COPIES_STAY)


def each(named: Iterable[T], act: Callable[[T], str]) -> None:
    """Act on each, once, and print the result; one failure does not prevent the others.

    Raises the last failure; those before it are printed to standard error.
    """
    failed: BotError | None = None
    for one in dict.fromkeys(named):
        try:
            print_done(act(one))
        except BotError as error:
            if failed is not None:
                typer.echo(shown_lines(f"tipsbot: {failed}"), err=True)
            failed = error
    if failed is not None:
        raise failed
