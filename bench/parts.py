"""A bot's parts, built from a generated file, with a test clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.tips_files import SITE, write
from bot.app.accounts.refresh_limits import KnownCapabilities
from bot.core.model.config import Account, Config
from bot.platforms.catalogue import KINDS
from bot.platforms.site.adapter import SitePlatform
from bot.scheduler.crontab import check_cron
from bot.store import Database, open_store
from bot.tips_file.load import parse
from bot.tips_file.read_file import read_bytes
from tests.clock import FakeClock


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """The dependencies of use cases; the only account is the site."""

    config: Config
    database: Database
    clock: FakeClock
    rules: KnownCapabilities
    platform: SitePlatform

    @property
    def site(self) -> Account:
        """The bot's one account."""
        return self.config.accounts[0]


@contextmanager
def parts(tips: int) -> Iterator[Parts]:
    """The parts of a bot with a number of tips and a temporary database on disk."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        config, _ = parse(read_bytes(write(folder, tips, SITE)), "tips.yaml", KINDS, check_cron)
        database = open_store(folder / "data", config.bot.id)
        clock = FakeClock()
        try:
            yield Parts(
                config=config,
                database=database,
                clock=clock,
                rules=KnownCapabilities(store=database.store, kinds=KINDS),
                platform=SitePlatform(config.accounts[0], config.bot, database.pages, clock),
            )
        finally:
            database.close()
