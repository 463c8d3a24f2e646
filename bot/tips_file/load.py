"""Loads tips.yaml: the whole, valid Config, or every problem of the file.

The text becomes a tree with places (`yaml.yaml_reader`), the model of each section checks its part
(`sections`), then the checks across sections follow (`sections.cross_checks`), and only a file
without a single problem becomes a Config.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bot.core.errors import TipsError, UsageError
from bot.core.model.capabilities import PlatformKind
from bot.core.model.config import Config, Identity, Library, Tip
from bot.core.model.named_file import path_parts
from bot.core.model.picture import CARD
from bot.core.model.schedule import At, Cron, Every, Schedule
from bot.core.text.markup.markdown import plain
from bot.tips_file.locations import Places, refuse
from bot.tips_file.problems import Problems
from bot.tips_file.read_file import text_of
from bot.tips_file.sections import cross_checks
from bot.tips_file.sections.accounts import account_names, read_accounts
from bot.tips_file.sections.alerts import read_alerts
from bot.tips_file.sections.cross_checks import CheckCron
from bot.tips_file.sections.models import (
    AlertsSection,
    BotSection,
    ScheduleSection,
    Section,
    TipSection,
    TipsFile,
)
from bot.tips_file.values.parse_times import end_of, start_of
from bot.tips_file.yaml.yaml_reader import (
    Block,
    Items,
    Value,
    place_of,
    read,
    read_beginning,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""The moment from which `every` counts, unless the file names one."""

_Model = TypeVar("_Model", bound=Section)


def parse(
    data: bytes,
    file: str,
    kinds: Mapping[str, PlatformKind],
    check_cron: CheckCron,
    bot_id: str | None = None,
) -> tuple[Config, Places]:
    """The bytes of a file as a Config, with the places of tips, accounts and schedules.

    Raises TipsError with all problems, in the order of the file. `file` is its name in messages,
    `kinds` are the platforms by name, and `check_cron` returns the problem of a crontab line.
    `bot_id` is the id of a bot of a fleet: the file may leave it out, and names no other.
    """
    text = text_of(data, file)
    root, refused = read(text, file)
    if not isinstance(root, Block):
        raise TipsError(tuple(refused)) if refused else _no_tips_file(root, file)
    config = _config(Problems(file, text, root, refused), root, kinds, check_cron, bot_id)
    return config, _places(file, root, config)


def bot_id(data: bytes) -> str | None:
    """The bot's id in a file that may be broken; None where that breaks off before the id."""
    root = read_beginning(data.decode("utf-8-sig", "replace"))
    bot = root.get("bot") if isinstance(root, Block) else None
    if not isinstance(bot, Block):
        return None
    is_whole = list(root)[-1] != "bot"
    found = bot.get("id", BotSection.model_fields["id"].default if is_whole else None)
    return found if isinstance(found, str) else None


def named_files(data: bytes) -> list[str]:
    """The files that a tips file names, each once; of a file that is broken those before that."""
    root = read_beginning(data.decode("utf-8-sig", "replace"))
    tips = root.get("tips") if isinstance(root, Block) else None
    images = [one.get("image") for one in tips or () if isinstance(one, Block)]
    names = (one.strip() for one in images if isinstance(one, str))
    return [name for name in dict.fromkeys(names) if name != CARD and _is_below(name)]


def _is_below(name: str) -> bool:
    """Whether a name leads to a file below the tips file's folder."""
    try:
        path_parts(name)
    except UsageError:
        return False
    return True


def _no_tips_file(root: Value, file: str) -> TipsError:
    """The error for a file that is empty or has no sections."""
    if root is None:
        todo = "run `tipsbot init` in an empty folder to see an example"
        return refuse(file, "the file is empty", todo)
    todo = "write the sections `bot:`, `platforms:`, `schedule:` and `tips:`"
    return refuse(file, "this is not a tips file", todo, (1, 1))


def _config(
    problems: Problems,
    root: Block,
    kinds: Mapping[str, PlatformKind],
    check_cron: CheckCron,
    bot_id: str | None,
) -> Config:
    """The checked sections as a Config. Raises TipsError where there is any problem."""
    _check_outline(problems, root)
    bot = problems.section(("bot",), root.get("bot"), BotSection) if "bot" in root else None
    accounts = read_accounts(problems, root, kinds)
    schedules = _items(problems, root, "schedule", ScheduleSection)
    alerts = read_alerts(problems, root)
    tips = _tips(problems, root, ZoneInfo(bot.timezone if bot else "UTC"))
    cross_checks.check_rules(problems, root, check_cron)
    cross_checks.check_unique(problems, root, "schedule", "name", "schedule")
    cross_checks.check_unique(problems, root, "tips", "id", "tip")
    cross_checks.check_names(problems, root, account_names(root))
    cross_checks.check_tags(problems, root)
    cross_checks.check_pictures(problems, root)
    if bot is not None:
        bot = _with_id(problems, bot, bot_id)
    problems.finish()
    if bot is None:
        raise ValueError("a file without a bot passed its check")
    return Config(
        bot=Identity(**dict(bot)),
        accounts=tuple(accounts),
        schedules=_schedules(list(schedules.values()), bot),
        library=Library(tips=tuple(tips)),
        alerts=alerts,
    )


def _with_id(problems: Problems, bot: BotSection, bot_id: str | None) -> BotSection:
    """The section with the id that the bot has in the fleet; the file must not name another."""
    if bot_id is None:
        return bot
    if "id" in bot.model_fields_set and bot.id != bot_id:
        todo = f"in a fleet it is the folder's name: write '{bot_id}', or leave it out"
        problems.wrong(("bot", "id"), f"the id is {bot.id!r}, and the folder is {bot_id!r}", todo)
    return bot.model_copy(update={"id": bot_id})


def _check_outline(problems: Problems, root: Block) -> None:
    """The file has the sections that it needs, in the right shape, and no other."""
    known = tuple(TipsFile.model_fields)
    for name in root:
        section = _meant_section(root, name)
        if section:
            todo = f"indent it, as it belongs to `{section}:`"
            problems.wrong_name((name,), "wrong indentation: it begins at the left edge", todo)
        elif name not in known:
            problems.unknown((name,), known)
    if "bot" not in root:
        problems.wrong(("bot",), "missing", "add `bot:` and below it, indented, `name: ...`")
    for section in ("schedule", "tips"):
        value = root.get(section)
        if value is not None and not isinstance(value, Items):
            todo = "write each item on a line of its own that begins with '- '"
            problems.wrong((section,), "not a list", todo)
    if not root.get("tips"):
        problems.wrong(("tips",), "no tips", "add at least one, with `id:`, `title:` and `text:`")


_PARTS: Mapping[str, type[Section]] = {
    "bot": BotSection,
    "schedule": ScheduleSection,
    "alerts": AlertsSection,
    "tips": TipSection,
}


def _meant_section(root: Block, name: str) -> str | None:
    """The empty section above to which a name at the left edge belongs that is no section."""
    above = takewhile(lambda other: other != name, root)
    empty = [one for one in above if one in _PARTS and root[one] is None]
    section = empty[-1] if empty and name not in TipsFile.model_fields else None
    names = _PARTS[section].model_fields if section else ()
    return section if name in names else None


def _items(problems: Problems, root: Block, name: str, model: type[_Model]) -> dict[int, _Model]:
    """The items of a list that are right in themselves, by position."""
    items = root.get(name)
    read = {
        position: problems.section((name, position), item, model)
        for position, item in enumerate(items if isinstance(items, Items) else ())
    }
    return {position: item for position, item in read.items() if item is not None}


def _tips(problems: Problems, root: Block, zone: ZoneInfo) -> list[Tip]:
    """The tips that are right in themselves; their dates are days in the bot's zone."""
    tips = []
    for position, section in _items(problems, root, "tips", TipSection).items():
        values = {**dict(section), **_filters(section)}
        values["not_before"] = start_of(section.not_before, zone) if section.not_before else None
        values["expires"] = end_of(section.expires, zone) if section.expires else None
        values["summary"] = (section.summary and plain(section.summary)) or None
        tips.append(tip := Tip(**values))
        if tip.not_before and tip.expires and tip.not_before >= tip.expires:
            todo = "give it a later date than `not_before:`"
            problems.wrong(("tips", position, "expires"), "it would never be posted", todo)
    return tips


def _schedules(sections: list[ScheduleSection], bot: BotSection) -> tuple[Schedule, ...]:
    """The schedules, each under its name, or one by its position that no other has."""
    taken = {section.name for section in sections}
    found = []
    for position, section in enumerate(sections, 1):
        name = section.name or f"schedule {position}"
        while not section.name and name in taken:
            name += "'"
        zone = section.timezone or bot.timezone
        when = _when(section, ZoneInfo(zone))
        given = {"late": section.late, **_filters(section)}
        found.append(Schedule(name=name, when=when, timezone=zone, **given))
    return tuple(found)


def _when(section: ScheduleSection, zone: ZoneInfo) -> At | Cron | Every:
    """The schedule's rule; exactly one of the three is given."""
    if section.at is not None:
        days = range(7) if section.days is None else section.days
        return At(times=tuple(sorted(set(section.at))), days=tuple(sorted(set(days))))
    if section.cron is not None:
        return Cron(line=section.cron)
    if section.every is not None:
        anchor = start_of(section.start, zone) if section.start else EPOCH
        return Every(period=section.every, anchor=anchor)
    raise ValueError("a schedule without a rule passed its check")


def _filters(section: ScheduleSection | TipSection) -> dict[str, Any]:
    """Tags and accounts, each once."""
    accounts = section.platforms
    return {
        "tags": tuple(dict.fromkeys(section.tags)),
        "platforms": None if accounts is None else tuple(dict.fromkeys(accounts)),
    }


def _places(file: str, root: Block, config: Config) -> Places:
    """The place of each tip, account and schedule of a valid file."""
    platforms = root.get("platforms")
    return Places(
        file=file,
        tips={
            tip.id: place_of(root, ("tips", position, "id"))
            for position, tip in enumerate(config.library)
        },
        accounts=platforms.name_places if isinstance(platforms, Block) else {},
        schedules={
            schedule.name: place_of(root, ("schedule", position))
            for position, schedule in enumerate(config.schedules)
        },
        timezone=place_of(root, ("bot", "timezone")),
    )
