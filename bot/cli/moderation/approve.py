"""`approve`: publish a held comment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cli.context import for_each
from bot.cli.moderation.arguments import HeldNumbers
from bot.cli.options import DEFAULT_FILE, File
from bot.core.text.sanitize import shown

if TYPE_CHECKING:
    from bot.bootstrap.container import Container
    from bot.core.ports.unit_of_work import UnitOfWork


def approve(entry: HeldNumbers, *, file: File = DEFAULT_FILE) -> None:
    """Let everybody read comments that are held."""
    from bot.app.moderation import held_comments

    def act(container: Container, tx: UnitOfWork, number: int) -> str:
        found = held_comments.approve(tx, number, container.clock.now())
        return f"everybody can read entry {number}: {shown(found.url or '')}"

    for_each(file, entry, act)
