"""Opening what a command works on, and closing it again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.bootstrap.container import Container


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
