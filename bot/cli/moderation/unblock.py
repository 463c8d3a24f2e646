"""`unblock`: show a blocked person again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cli.context import for_each
from bot.cli.moderation.arguments import On, Whom, entries_are
from bot.cli.options import DEFAULT_FILE, File
from bot.core.text.sanitize import shown

if TYPE_CHECKING:
    from bot.bootstrap.container import Container
    from bot.core.ports.unit_of_work import UnitOfWork


def unblock(whom: Whom, *, on: On = None, file: File = DEFAULT_FILE) -> None:
    """Let a blocked person be seen again."""
    from bot.app.moderation.people import unblock as unblock_person

    def act(container: Container, tx: UnitOfWork, one: str) -> str:
        done = unblock_person(tx, container.pseudonyms, one, on, container.clock.now())
        what = entries_are(done.entries, "shown again")
        return f"{shown(done.label)} on {done.account} is no longer blocked: {what}"

    for_each(file, whom, act)
