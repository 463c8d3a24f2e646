"""The tips file as the bot uses it: read, checked beyond itself, and kept while it was good."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.app.posting.draft import Drafter
from bot.app.tips import advise
from bot.app.tips.validate import TipProblem, expired, tip_problems, without_expired
from bot.bootstrap.settings.environment import Environment
from bot.core.errors import Problem, StoreError, TipsError
from bot.core.model.capabilities import PlatformKind
from bot.core.model.config import Config
from bot.core.ports.unit_of_work import Store
from bot.platforms import catalogue
from bot.scheduler.crontab import check_cron
from bot.store import replace_file
from bot.tips_file.load import parse
from bot.tips_file.locations import Places
from bot.tips_file.messages import escape
from bot.tips_file.read_file import read_bytes, text_of
from bot.tips_file.sections.models import SITE
from bot.tips_file.values.zone_hint import fixed_offset_advice
from bot.tips_file.yaml.yaml_errors import cut_off

KINDS: Mapping[str, PlatformKind] = catalogue.KINDS

KEPT = "last-good.yaml"
"""The running bot's copy of the file that it uses, in the data directory."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadedFile:
    """A tips file that was read: what it says, where, and the very bytes."""

    config: Config
    places: Places
    data: bytes


def load(file: Path, around: Environment) -> LoadedFile:
    """The file alone. Raises TipsError with every problem in it."""
    data = read_bytes(file)
    config, places = parse(data, escape(str(file)), KINDS, check_cron)
    if config.bot.site == SITE:
        config = replace(config, bot=replace(config.bot, site=around.own_address))
    return LoadedFile(config=config, places=places, data=data)


def load_or_kept(file: Path, around: Environment, *, strict: bool) -> tuple[LoadedFile, str | None]:
    """The file; or, unless `strict`, the last good one, and what is wrong with the file.

    Raises TipsError where there is no other than a broken one.
    """
    try:
        return load(file, around), None
    except TipsError as error:
        return _kept_instead(error, around, strict=strict)


def fitting_or_kept(
    good: LoadedFile, around: Environment, drafter: Drafter, now: datetime, *, strict: bool
) -> tuple[LoadedFile, str | None]:
    """The same for a file that was read: it, or the last good one where its tips do not fit."""
    try:
        refuse_misfits(good, drafter, now)
    except TipsError as error:
        kept, trouble = _kept_instead(error, around, strict=strict)
        if kept.config.bot.id != good.config.bot.id:
            raise
        return kept, trouble
    return good, None


def _kept_instead(error: TipsError, around: Environment, *, strict: bool) -> tuple[LoadedFile, str]:
    kept = None if strict else load_kept(around)
    if kept is None:
        raise error
    return kept, str(error)


def refuse_misfits(good: LoadedFile, drafter: Drafter, now: datetime) -> None:
    """Raise TipsError for a file whose tips do not fit or whose links lead nowhere.

    Of tips that have expired nothing is asked.
    """
    config = without_expired(good.config, now)
    problems = tuple(_placed(good, tip_problems(config, KINDS, drafter)))
    if problems:
        raise TipsError(problems)


def notes(
    good: LoadedFile, drafter: Drafter, store: Store, now: datetime, *, every: bool
) -> list[Problem]:
    """What is no mistake, but may not be what the operator expects."""
    current = without_expired(good.config, now)
    return [
        *_cut_off(good),
        *_fixed_offsets(good),
        *_placed(good, expired(good.config, now)),
        *_placed(good, advise.advice(current, drafter, store, every=every)),
    ]


def _cut_off(good: LoadedFile) -> Iterator[Problem]:
    """Words that look like part of a text and are a comment."""
    for what, todo, place in cut_off(text_of(good.data, good.places.file)):
        yield good.places.problem(place, what, todo)


def _fixed_offsets(good: LoadedFile) -> Iterator[Problem]:
    """Time zones without summer time that look as if they had one."""
    config, places = good.config, good.places
    if advice := fixed_offset_advice(config.bot.timezone):
        yield places.problem(places.timezone, *advice)
    for one in config.schedules:
        advice = fixed_offset_advice(one.timezone)
        if advice and one.timezone != config.bot.timezone:
            yield places.problem(places.schedule(one.name), *advice)


def _placed(good: LoadedFile, found: Iterable[TipProblem]) -> Iterator[Problem]:
    """Findings with their places in the file."""
    for one in found:
        place = good.places.tip(one.tip) if one.tip is not None else (0, 0)
        yield good.places.problem(place, one.what, one.todo)


def keep(good: LoadedFile, data: Path) -> None:
    """Keep a copy of a good file, for commands that must work while an edit is broken."""
    try:
        replace_file(data / KEPT, good.data)
    except OSError as error:
        raise StoreError(
            f"{data / KEPT} cannot be written: {error.strerror}", "look at its disk"
        ) from None


def load_kept(around: Environment) -> LoadedFile | None:
    """The last good file of a bot that runs or ran here; None where there is none that is good."""
    try:
        return load(around.data / KEPT, around)
    except TipsError:
        return None
