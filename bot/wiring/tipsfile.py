"""The tips file as the bot uses it: read, checked beyond itself, and kept while it was good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bot.app.check import findings
from bot.app.draft import TraitsOf
from bot.clock.crontab import check_cron
from bot.core.config import Config
from bot.core.errors import StoreError, TipsError
from bot.core.kinds import Kind
from bot.platforms import catalogue
from bot.sources.places import Places
from bot.sources.sections import SITE
from bot.sources.tips import load_with_places
from bot.wiring.environment import Environment

KINDS: Mapping[str, Kind] = catalogue.KINDS

KEPT = "last-good.yaml"
"""The running bot's copy of the file that it uses, in the data directory."""


def load(file: Path, around: Environment) -> tuple[Config, Places]:
    """The file alone. Raises TipsError with every problem in it."""
    config, places = load_with_places(file, KINDS, check_cron)
    if config.bot.site == SITE:
        config = replace(config, bot=replace(config.bot, site=around.own_address))
    return config, places


def refuse_misfits(config: Config, places: Places, traits_of: TraitsOf) -> None:
    """Raise TipsError for a file whose tips do not fit or whose links lead nowhere."""
    problems = [
        places.problem(
            places.tip(found.tip) if found.tip is not None else (0, 0), found.what, found.todo
        )
        for found in findings(config, KINDS, traits_of)
    ]
    if problems:
        raise TipsError(tuple(problems))


def keep(file: Path, data: Path) -> None:
    """Keep a copy of a good file, for commands that must work while an edit is broken."""
    fresh = data / f"{KEPT}.new"
    try:
        fresh.write_bytes(file.read_bytes())
        fresh.replace(data / KEPT)
    except OSError as error:
        raise StoreError(
            f"{fresh} cannot be written: {error.strerror}", "look at its disk"
        ) from None


def load_kept(around: Environment) -> tuple[Config, Places] | None:
    """The last good file of a bot that runs or ran here, or None."""
    kept = around.data / KEPT
    return load(kept, around) if kept.exists() else None
