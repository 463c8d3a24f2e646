"""`hide`: remove an entry from every page, feed and export."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cli.context import for_each
from bot.cli.moderation.arguments import EntryNumbers
from bot.cli.options import DEFAULT_FILE, File

if TYPE_CHECKING:
    from bot.bootstrap.container import Container
    from bot.core.ports.unit_of_work import UnitOfWork


def hide(entry: EntryNumbers, *, file: File = DEFAULT_FILE) -> None:
    """Take entries from every page, feed and export; the log still shows them to you."""
    from bot.app.moderation.hide import hide as hide_entry

    def act(container: Container, tx: UnitOfWork, number: int) -> str:
        hide_entry(tx, number, container.clock.now())
        return f"entry {number} is hidden"

    for_each(file, entry, act)
