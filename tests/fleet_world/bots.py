"""The bots of a fleet, put straight into its store."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from bot.core.fleet.bot import TIPS_FILE, BotState, FleetAccount, FleetBot, Job, Task
from bot.core.ports.fleet_store import FleetStore

FILE = """\
bot: {{id: {bot}, name: Tips of {bot}, timezone: UTC, site: 'https://{bot}.example.org'}}
platforms:
{platforms}
schedule:
{schedule}
tips:
{tips}"""


@dataclass(frozen=True, kw_only=True)
class FleetAccountSeed:
    """An account of a bot, with the address of its server (None: the site) and its credentials."""

    name: str
    kind: str
    url: str | None = None
    secrets: Mapping[str, str]
    options: str = ""

    @property
    def line(self) -> str:
        """Its line in tips.yaml."""
        if self.url is None:
            return f"  {self.name}: {{}}"
        address = "api" if self.kind == "x" else "server"
        settings = f"kind: {self.kind}, {address}: '{self.url}', gap: 0s{self.options}"
        return f"  {self.name}: {{{settings}}}"

    @property
    def stored(self) -> FleetAccount:
        """It as the fleet keeps it."""
        host = urlsplit(self.url).netloc if self.url else None
        return FleetAccount(account=self.name, kind=self.kind, host=host)


SITE = FleetAccountSeed(name="site", kind="site", secrets={})


@dataclass(frozen=True, kw_only=True)
class BotSeed:
    """A bot with its accounts, schedules (lines of YAML), and number of tips."""

    id: str
    accounts: tuple[FleetAccountSeed, ...]
    schedule: str
    tips: int = 60

    @property
    def file(self) -> str:
        """Its tips.yaml."""
        return FILE.format(
            bot=self.id,
            platforms="\n".join(one.line for one in self.accounts),
            schedule=self.schedule,
            tips="".join(_tip(self.id, number) for number in range(self.tips)),
        )

    def write_secrets(self, folder: Path) -> None:
        """Write the credentials of its accounts below this folder, as TIPSBOT_SECRETS has them."""
        own = folder / self.id
        own.mkdir(parents=True)
        for account in self.accounts:
            for name, value in account.secrets.items():
                (own / f"{account.name}_{name}").write_text(value)

    def store(self, fleet: FleetStore, now: datetime) -> None:
        """Store it, running, as a sync of its folder does."""
        tasks = [Task(job=Job.PLAN), Task(job=Job.RESPOND)]
        tasks += [Task(job=Job.LISTEN, account=one.name) for one in self.accounts]
        with fleet.writing() as tx:
            files = {TIPS_FILE: self.file.encode()}
            version = tx.versions.add(self.id, files, by="test", now=now).number
            bot = FleetBot(
                bot=self.id,
                state=BotState.RUNNING,
                version=version,
                host=f"{self.id}.example.org",
                path="/",
                updated_at=now,
            )
            tx.bots.put(bot)
            tx.bots.set_accounts(self.id, [one.stored for one in self.accounts])
            tx.tasks.set(self.id, tasks, now)


def tip_in(text: str) -> str:
    """The tip that a post is about."""
    found = re.search(r"lesson (\d+) of", text, re.IGNORECASE)
    assert found, text
    return f"tip-{found[1]}"


def _tip(bot: str, number: int) -> str:
    return f"""\
  - id: tip-{number}
    title: Lesson {number} of {bot}
    text: Whatever {bot} teaches on day {number}, write it down on day {number + 1}.
    summary: Write lesson {number} of {bot} down before day {number + 1} is over.
"""
