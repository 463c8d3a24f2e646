"""`block`: hide everything that a person says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cli.context import for_each
from bot.cli.moderation.arguments import On, Whom, entries_are
from bot.cli.options import DEFAULT_FILE, File
from bot.core.text.sanitize import shown

if TYPE_CHECKING:
    from bot.bootstrap.container import Container
    from bot.core.ports.unit_of_work import UnitOfWork


def block(whom: Whom, *, on: On = None, file: File = DEFAULT_FILE) -> None:
    """Hide what a person said on an account, and all that they say from now on."""
    from bot.app.moderation.people import block as block_person

    def act(container: Container, tx: UnitOfWork, one: str) -> str:
        done = block_person(
            tx, container.pseudonyms, container.config, one, on, container.clock.now()
        )
        what = entries_are(done.entries, "hidden")
        return f"{shown(done.label)} on {done.account} is blocked: {what}, and all from now on"

    for_each(file, whom, act)
