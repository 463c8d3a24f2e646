"""`refuse`: erase a held comment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cli.context import for_each
from bot.cli.moderation.arguments import HeldNumbers
from bot.cli.options import DEFAULT_FILE, File

if TYPE_CHECKING:
    from bot.bootstrap.container import Container
    from bot.core.ports.unit_of_work import UnitOfWork


def refuse(entry: HeldNumbers, *, file: File = DEFAULT_FILE) -> None:
    """Erase comments that are held, for good."""
    from bot.app.moderation import held_comments

    def act(container: Container, tx: UnitOfWork, number: int) -> str:
        held_comments.refuse(tx, number, container.clock.now())
        return f"entry {number} is erased; nobody saw it"

    for_each(file, entry, act, erases=True)
