"""The tips file as the bot uses it: loaded, checked as a whole, and kept as the last good one."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.app.posting.draft import Drafter
from bot.app.tips import advise
from bot.app.tips.validate import TipProblem, expired, tip_problems, without_expired
from bot.bootstrap.settings.environment import Environment
from bot.core.errors import Problem, SecretError, StoreError, TipsError
from bot.core.model.capabilities import PlatformKind
from bot.core.model.config import Config, Identity
from bot.core.ports.kept_files import KeptFiles
from bot.core.ports.unit_of_work import Store
from bot.pictures.of_posts import card_of_tip
from bot.pictures.of_tips import PicturesOfTips, TipFiles
from bot.platforms import catalogue
from bot.scheduler.crontab import check_cron
from bot.store import read_kept
from bot.tips_file.load import bot_id, parse
from bot.tips_file.locations import Places
from bot.tips_file.read_file import read_bytes, text_of
from bot.tips_file.sections.models import SITE
from bot.tips_file.values.zone_hint import fixed_offset_advice
from bot.tips_file.yaml.yaml_errors import cut_off

KINDS: Mapping[str, PlatformKind] = catalogue.KINDS

LAST_GOOD = "last-good.yaml"
"""The running bot's copy of the file that it uses, among the files that it keeps."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadedFile:
    """A tips file that was loaded."""

    config: Config
    #: where its tips, accounts and schedules stand
    places: Places
    data: bytes
    #: what is wrong with the operator's file, where this is the last good one in its place
    problem: str | None = None


def load(
    file: Path,
    environ: Environment,
    read: Callable[[], bytes] | None = None,
    bot_id: str | None = None,
) -> LoadedFile:
    """Load the file; `read` gives its bytes. Raises TipsError with every problem in it.

    `bot_id` as for `tips_file.load.parse`.
    """
    data = read_bytes(file) if read is None else read()
    config, places = parse(data, str(file), KINDS, check_cron, bot_id)
    if config.bot.site == SITE:
        config = replace(config, bot=replace(config.bot, site=environ.own_address))
    return LoadedFile(config=config, places=places, data=data)


def load_or_last_good(
    file: Path, environ: Environment, *, strict: bool, read: Callable[[], bytes] | None = None
) -> LoadedFile:
    """The file; or, unless `strict`, the last good one where the file is broken.

    Raises TipsError where there is no other than a broken one.
    """
    try:
        return load(file, environ, read)
    except TipsError as error:
        return _last_good_instead(error, environ, _id_in(file), strict=strict)


def _id_in(file: Path) -> str | None:
    """The bot's id in a broken file, where that can be read."""
    try:
        return bot_id(read_bytes(file))
    except TipsError:
        return None


def fit_or_last_good(
    loaded: LoadedFile, environ: Environment, drafter: Drafter, now: datetime, *, strict: bool
) -> LoadedFile:
    """The same for a loaded file: this one, or the last good one where its tips do not fit."""
    try:
        refuse_misfits(loaded, drafter, now)
    except TipsError as error:
        last_good = _last_good_instead(error, environ, loaded.config.bot.id, strict=strict)
        if last_good.config.bot.id != loaded.config.bot.id:
            raise
        return last_good
    return loaded


def _last_good_instead(
    error: TipsError, environ: Environment, bot: str | None, *, strict: bool
) -> LoadedFile:
    """The last good file of this bot; of one that is not known (None), where there is only one."""
    if strict:
        raise error
    try:
        kept = read_kept(LAST_GOOD, environ.data, bot, environ.database_url, environ.key_file)
    except (StoreError, SecretError) as unread:
        second = Problem(file=LAST_GOOD, line=0, column=0, what=unread.problem, todo=unread.todo)
        raise TipsError((*error.problems, second)) from None
    if kept is None:
        raise error from None
    try:
        last_good = load(environ.data / LAST_GOOD, environ, lambda: kept)
    except TipsError:
        raise error from None
    return replace(last_good, problem=str(error))


def pictures_of(
    files: TipFiles, environ: Environment, identity: Callable[[], Identity]
) -> PicturesOfTips:
    """The pictures that a tips file names."""
    return PicturesOfTips(
        files=files, card=lambda tip: card_of_tip(tip, identity()), own_fonts=environ.fonts
    )


def refuse_misfits(loaded: LoadedFile, drafter: Drafter, now: datetime) -> None:
    """Raise TipsError for a file whose tips do not fit or whose links lead nowhere.

    Expired tips are not checked.
    """
    config = without_expired(loaded.config, now)
    problems = tuple(_placed(loaded, tip_problems(config, KINDS, drafter)))
    if problems:
        raise TipsError(problems)


def notes(
    loaded: LoadedFile, drafter: Drafter, store: Store, now: datetime, *, every: bool
) -> list[Problem]:
    """What is allowed in the file, but may not be what the operator expects."""
    current = without_expired(loaded.config, now)
    return [
        *_cut_off(loaded),
        *_fixed_offsets(loaded),
        *_placed(loaded, expired(loaded.config, now)),
        *_placed(loaded, advise.advice(current, drafter, store, every=every)),
    ]


def _cut_off(loaded: LoadedFile) -> Iterator[Problem]:
    """Words that look like part of a text and are a comment."""
    for what, todo, place in cut_off(text_of(loaded.data, loaded.places.file)):
        yield loaded.places.problem(place, what, todo)


def _fixed_offsets(loaded: LoadedFile) -> Iterator[Problem]:
    """Time zones without summer time that look as if they had one."""
    config, places = loaded.config, loaded.places
    if advice := fixed_offset_advice(config.bot.timezone):
        yield places.problem(places.timezone, *advice)
    for one in config.schedules:
        advice = fixed_offset_advice(one.timezone)
        if advice and one.timezone != config.bot.timezone:
            yield places.problem(places.schedule(one.name), *advice)


def _placed(loaded: LoadedFile, found: Iterable[TipProblem]) -> Iterator[Problem]:
    """Findings with their places in the file."""
    for one in found:
        place = loaded.places.tip(one.tip) if one.tip is not None else (0, 0)
        yield loaded.places.problem(place, one.what, one.todo)


def save_last_good(loaded: LoadedFile, files: KeptFiles) -> None:
    """Keep a copy of a good file, for commands that must work while an edit is broken."""
    files.write(LAST_GOOD, loaded.data)
