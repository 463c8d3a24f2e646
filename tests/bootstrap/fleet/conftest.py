"""A fleet on a real PostgreSQL, and the folders of its bots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.app.fleet.sync import Change, Result, Sync
from bot.bootstrap.fleet.bot_folders import BotFolders
from bot.bootstrap.fleet.open_fleet import Fleet, opened_fleet
from bot.core.fleet.bot import FleetBot

SCHEDULE = "schedule: [{every: 1d}]\n"


def tips(*texts: str, bot: str = "name: A", more: str = "") -> str:
    """A tips file with a tip for each text."""
    lines = "".join(f"- {{id: t{at}, title: Ask, text: {text}}}\n" for at, text in enumerate(texts))
    return f"bot: {{{bot}}}\n{more}{SCHEDULE}tips:\n{lines}"


@dataclass
class Operated:
    """A fleet, the folders from which it is synced, and what its operator does."""

    fleet: Fleet
    directory: Path

    def write(self, bot: str, text: str | None = None) -> Path:
        """Write the tips file of a bot; one of its own unless a text is given."""
        file = self.directory / bot / "tips.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(tips("Ask the crowd.") if text is None else text, encoding="utf-8")
        return file

    def results(self, **options: Any) -> list[Result]:
        """Sync, and tell what became of each bot."""
        found = Sync(
            store=self.fleet.store,
            folders=BotFolders(self.directory),
            validate=self.fleet.check,
            who="op",
            **options,
        )
        return list(found.run())

    def sync(self, **options: Any) -> dict[str, Change]:
        """Sync, and tell the change of each bot."""
        return {one.bot: one.change for one in self.results(**options)}

    def bot(self, bot: str) -> FleetBot:
        """A bot as it is stored."""
        with self.fleet.store.reading() as tx:
            found = tx.bots.get(bot)
        assert found is not None
        return found

    def file_in_use(self, bot: str) -> str:
        """The tips file of the version in use."""
        with self.fleet.store.reading() as tx:
            found = tx.versions.file(bot, self.bot(bot).version or 0, "tips.yaml")
        return (found or b"").decode()

    def actions(self, bot: str | None = None) -> Sequence[tuple[str, str]]:
        """What was done, the newest first, and its details."""
        with self.fleet.store.reading() as tx:
            return [(one.what, one.detail) for one in tx.actions.newest(100, bot)]


@pytest.fixture
def fleet(postgres_url, tmp_path):
    """An empty fleet, whose accounts are on public servers."""
    variables = {"TIPSBOT_DATABASE_URL": postgres_url, "TIPSBOT_OPERATOR": "op"}
    variables["TIPSBOT_DATA"] = str(tmp_path)
    with opened_fleet(variables) as opened:
        yield opened


@pytest.fixture
def operated(fleet, tmp_path):
    """The same with a folder for its bots' folders."""
    (tmp_path / "bots").mkdir()
    return Operated(fleet=fleet, directory=tmp_path / "bots")
