"""Moves a bot from a data directory to the fleet, and back: it never runs at both.

The place that it leaves is closed first, so that a failure in the middle leaves a bot that runs
nowhere, and not one that posts twice. A move that failed can be repeated.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.app.fleet.accepted import Accepted, use
from bot.app.fleet.operate import require
from bot.app.posting.transitions import move
from bot.bootstrap import checked_tips_file
from bot.bootstrap.fleet.open_fleet import Fleet, require_key_file
from bot.bootstrap.settings.site_key import NAME as SITE_KEY
from bot.core.errors import PictureError, StoreError, UsageError
from bot.core.fleet.bot import TIPS_FILE, BotState, FleetBot, hash_of
from bot.core.model.config import Config
from bot.core.ports.fleet_store import FleetUnit
from bot.core.ports.kept_files import SESSION, TOKEN, KeptFiles
from bot.core.ports.unit_of_work import UnitOfWork
from bot.core.posting.transitions import after_crash
from bot.pictures.of_tips import FolderFiles
from bot.store import DataLock, has_store
from bot.store.database import SqlUnitOfWork
from bot.store.files.data_files import replace_file
from bot.store.files.moved import mark_moved, moved_as, unmark
from bot.store.fleet.copy_bot import copy_bot
from bot.store.fleet.fleet_store import SqlFleetUnit
from bot.store.opening import open_file
from bot.store.postgres.kept_files import DatabaseFiles
from bot.tips_file.load import named_files
from bot.tips_file.read_file import read_bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """A bot that was moved."""

    bot: str
    #: rows of the database
    rows: int
    #: how many posts were being sent, and are unsure now
    unsure: int


def import_bot(fleet: Fleet, data: Path, file: Path, new_id: str | None) -> Moved:
    """Move the bot of a data directory and a tips file into the fleet, where it is paused.

    `new_id` is its id there; None: that of the file. Raises BotError, and changes nothing then.
    """
    require_key_file(fleet.environment)
    if not has_store(data):
        raise UsageError(f"{data} is no data directory of a bot", "name the one with tipsbot.db")
    content = read_bytes(file)
    config = checked_tips_file.load(file, fleet.environment, lambda: content).config
    old_id = config.bot.id
    bot, files = new_id or old_id, {TIPS_FILE: content, **_pictures(file, content)}
    accepted = fleet.check(bot, files)
    with fleet.store.reading() as tx:
        _require_room(tx, bot)
    new = fleet.server.database(bot)
    with (
        DataLock(data),
        closing(open_file(data, old_id)) as old,
        _leaving(fleet, data, bot),
        old.connect() as source,
        new.connect() as target,
    ):
        tx = SqlFleetUnit(target, writing=True)
        _take_place(tx, bot)
        rows = copy_bot(source, target, old_id, bot)
        unsure = _give_up_sending(SqlUnitOfWork(target, bot), tx.now())
        _add(tx, bot, files, accepted, fleet.who)
        kept = DatabaseFiles(fleet.server.backend, bot)
        for name, one in _kept(old.files, config).items():
            kept.put(target, name, one)
    return Moved(bot=bot, rows=rows, unsure=unsure)


def export_bot(fleet: Fleet, bot: str, folder: Path) -> Moved:
    """Move a paused or stopped bot of the fleet into a folder, where `tipsbot run` goes on with it.

    Raises BotError. A bot that was exported before is exported once more.
    """
    require_key_file(fleet.environment)
    files = _close(fleet, bot)
    content = files[TIPS_FILE]
    alone = checked_tips_file.load(Path(TIPS_FILE), fleet.environment, lambda: content)
    new_id, data = alone.config.bot.id, folder / "data"
    if has_store(data) or (folder / TIPS_FILE).exists():
        raise UsageError(f"{folder} has a bot already", "name another folder")
    old = fleet.server.database(bot)
    with DataLock(data), closing(open_file(data, new_id)) as new:
        with old.connect() as source, new.connect() as target:
            rows = copy_bot(source, target, bot, new_id)
            now = SqlFleetUnit(source, writing=True).now()
            unsure = _give_up_sending(SqlUnitOfWork(target, new_id), now)
        for name, one in _kept(old.files, alone.config).items():
            new.files.write(name, one)
    for name, one in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        replace_file(folder / name, one)
    return Moved(bot=bot, rows=rows, unsure=unsure)


def _kept(files: KeptFiles, config: Config) -> dict[str, bytes]:
    """The bot's key, and what its accounts' networks gave it, by name."""
    given = (kind.format(one.name) for one in config.accounts for kind in (SESSION, TOKEN))
    names = [SITE_KEY, *given]
    found = {name: files.read(name) for name in names}
    return {name: data for name, data in found.items() if data is not None}


def _pictures(file: Path, content: bytes) -> dict[str, bytes]:
    """The files that the tips file names, without those that are not there."""
    beside, found = FolderFiles(file.parent), {}
    for name in named_files(content):
        with suppress(PictureError):
            found[name] = beside.read(name)
    return found


def _close(fleet: Fleet, bot: str) -> Mapping[str, bytes]:
    """Let the fleet do nothing more for a bot; the files of its version in use."""
    with fleet.store.writing() as tx:
        known = require(tx, bot)
        if known.state is BotState.RUNNING:
            raise UsageError(f"{bot} is running", f"pause it first: `tipsbot fleet pause {bot}`")
        files = {} if known.version is None else tx.versions.files(bot, known.version)
        if TIPS_FILE not in files:
            raise UsageError(f"{bot} has no tips file", "sync its folder first")
        tx.bots.put(replace(known, state=BotState.EXPORTED, updated_at=tx.now()))
        tx.tasks.set(bot, (), tx.now())
        tx.actions.add(fleet.who, "export", "", bot=bot, now=tx.now())
    return files


@contextmanager
def _leaving(fleet: Fleet, data: Path, bot: str) -> Iterator[None]:
    """Close a data directory first, and open it again where the move has certainly failed.

    Raises UsageError where its bot is in this fleet or another one, or was: what it holds is older.
    """
    if (marked := moved_as(data)) is not None:
        _require_failed(fleet, data, *marked)
    mark_moved(data, bot, is_done=False)
    try:
        yield
    except BaseException:
        with suppress(StoreError), fleet.store.reading() as tx:
            if tx.bots.get(bot) is None:
                unmark(data)
        raise
    with suppress(StoreError):
        mark_moved(data, bot, is_done=True)


def _require_failed(fleet: Fleet, data: Path, former: str, is_done: bool) -> None:  # noqa: FBT001 - as `moved_as` gives it
    """Raise UsageError unless the earlier move of this directory may have failed."""
    with fleet.store.reading() as tx:
        is_here = tx.bots.get(former) is not None
    if is_here or is_done:
        which = "the" if is_here else "a"
        raise UsageError(
            f"the bot of {data} was moved into {which} fleet before, as {former}",
            "that fleet has what it did since; `tipsbot fleet export` moves it from there",
        )


def _take_place(tx: SqlFleetUnit, bot: str) -> None:
    """Make room for a bot that is new, or comes back. Raises UsageError for one that is there."""
    _require_room(tx, bot)
    tx.bots.erase(bot)


def _require_room(tx: FleetUnit, bot: str) -> None:
    known = tx.bots.get(bot)
    if known is not None and known.state is not BotState.EXPORTED:
        raise UsageError(f"the fleet has a bot {bot} already", "give it another id with --as")


def _add(
    tx: SqlFleetUnit, bot: str, files: Mapping[str, bytes], accepted: Accepted, who: str
) -> None:
    """Add the bot, paused, with its first version."""
    version = tx.versions.add(bot, files, by=who, now=tx.now())
    one = FleetBot(
        bot=bot,
        state=BotState.PAUSED,
        version=version.number,
        synced_hash=hash_of(files),
        updated_at=tx.now(),
    )
    use(tx, one, accepted)
    tx.actions.add(who, "import", f"version {version.number}", bot=bot, now=tx.now())


def _give_up_sending(tx: UnitOfWork, now: datetime) -> int:
    """What was being sent is unsure: whoever sent it does not report it here."""
    claims = tx.ledger.claims("")
    return sum(move(tx, one, after_crash(one, now), now) for one in claims)
