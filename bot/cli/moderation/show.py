"""`show`: show a hidden or held entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cli.context import for_each
from bot.cli.moderation.arguments import EntryNumbers
from bot.cli.options import DEFAULT_FILE, File

if TYPE_CHECKING:
    from bot.bootstrap.container import Container
    from bot.core.ports.unit_of_work import UnitOfWork


def show(entry: EntryNumbers, *, file: File = DEFAULT_FILE) -> None:
    """Show entries that were hidden or held."""
    from bot.app.moderation.hide import show as show_entry

    def act(container: Container, tx: UnitOfWork, number: int) -> str:
        show_entry(tx, number, container.clock.now())
        return f"entry {number} is shown"

    for_each(file, entry, act)
