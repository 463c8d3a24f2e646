"""Opens what a command works on, and does the same for several things."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.bootstrap.container import Container
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

import typer

from bot.cli.output import say_done
from bot.core.errors import BotError
from bot.core.text.sanitize import shown_lines

if TYPE_CHECKING:
    from bot.bootstrap.container import Container
    from bot.core.ports.unit_of_work import UnitOfWork


@contextmanager
def opened(file: Path, *, reading: bool = False, forgiving: bool = False) -> Iterator[Container]:
    """The container for a command that ends by itself; of the log only errors are written.

    `reading` and `forgiving` as for `open_desk`.
    """
    from bot.bootstrap.container import open_container
    from bot.bootstrap.running import stop_signals
    from bot.bootstrap.settings import log_setup

    log_setup.configure(quiet=True)
    stop_signals.interrupt()
    container = open_container(file, variables=os.environ, reading=reading, forgiving=forgiving)
    try:
        yield container
    finally:
        container.close()


T = TypeVar("T")


def for_each(
    file: Path,
    named: Iterable[T],
    act: Callable[[Container, UnitOfWork, T], str],
    *,
    erases: bool = False,
) -> None:
    """Do it to each part of the discussion that is named, and bring its files up to date.

    Each is done in a transaction of its own. `erases` says that words go for good.
    """
    with opened(file, forgiving=True) as container:

        def done(one: T) -> str:
            with container.database.store.writing() as tx:
                return act(container, tx, one)

        try:
            each(named, done)
        finally:
            container.update_event_log_file()
            if erases:
                container.database.tidy()


def each(named: Iterable[T], act: Callable[[T], str]) -> None:
    """Do it for each, once, and say what was done; one that fails keeps no other from it.

    Raises the last failure; those before it are said on standard error.
    """
    failed: BotError | None = None
    for one in dict.fromkeys(named):
        try:
            say_done(act(one))
        except BotError as error:
            if failed is not None:
                typer.echo(shown_lines(f"tipsbot: {failed}"), err=True)
            failed = error
    if failed is not None:
        raise failed
