"""`resume`: resume a paused schedule or account."""

from __future__ import annotations

from bot.cli.context import opened
from bot.cli.options import DEFAULT_FILE, File
from bot.cli.output import say_done
from bot.cli.posting.pause import Name


def resume(name: Name, *, file: File = DEFAULT_FILE) -> None:
    """Let a paused schedule or account go on."""
    from bot.app.posting.by_hand import pauses

    with opened(file, forgiving=True) as container, container.database.store.writing() as tx:
        full = pauses.resume(tx, container.config, name)
    say_done(f"{full} goes on")
