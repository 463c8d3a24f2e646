"""tips.yaml: from the file to a whole, valid Config, or to every problem that it has.

The text becomes a tree with places (`reader`), each section of it is checked by its model
(`sections`, `settings`), then what sections must agree on (`agreement`), and only a file without
a single problem becomes values (`build`).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile
from zoneinfo import ZoneInfo

from bot.core.errors import TipsError
from bot.core.model.capabilities import PlatformKind
from bot.core.model.config import Config, Library, Tip
from bot.core.model.schedule import Schedule
from bot.tips_file.locations import Places
from bot.tips_file.problems import Problems
from bot.tips_file.read_file import refuse, text_of
from bot.tips_file.sections import cross_checks, to_config
from bot.tips_file.sections.accounts import account_names, read_accounts
from bot.tips_file.sections.cross_checks import CheckCron
from bot.tips_file.sections.models import BotSection, ScheduleSection, Section, TipSection, TipsFile
from bot.tips_file.yaml.yaml_reader import read
from bot.tips_file.yaml.yaml_tree import Block, Items, Value, place_of


def parse(
    data: bytes, file: str, kinds: Mapping[str, PlatformKind], check_cron: CheckCron
) -> tuple[Config, Places]:
    """The bytes of a file as a Config, with the places of tips, accounts and schedules.

    Raises TipsError with all its problems, in the order of the file. `file` is the name to use in
    them, `kinds` are the platforms that there are, by name, and `check_cron` says what is wrong
    with a crontab line.
    """
    text = text_of(data, file)
    root, refused = read(text, file)
    if not isinstance(root, Block):
        raise TipsError(tuple(refused)) if refused else _no_tips_file(root, file)
    config = _config(Problems(file, text, root, refused), root, kinds, check_cron)
    return config, _places(file, root, config)


def _no_tips_file(root: Value, file: str) -> TipsError:
    """What to say of a file that is empty or has no sections."""
    if root is None:
        todo = "run `tipsbot init` in an empty folder to see an example"
        return refuse(file, "the file is empty", todo)
    todo = "write the sections `bot:`, `platforms:`, `schedule:` and `tips:`"
    return refuse(file, "this is no tips file", todo, (1, 1))


def _config(
    review: Problems, root: Block, kinds: Mapping[str, PlatformKind], check_cron: CheckCron
) -> Config:
    """Every section checked, then all of them together."""
    _check_outline(review, root)
    bot = review.section(("bot",), root.get("bot"), BotSection) if "bot" in root else None
    zone = ZoneInfo(bot.timezone if bot else "UTC")
    accounts = read_accounts(review, root, kinds)
    schedules = _schedules(review, root)
    tips = _tips(review, root, zone)
    cross_checks.check_rules(review, root, check_cron)
    cross_checks.check_unique(review, root, "schedule", "name", "schedule")
    cross_checks.check_unique(review, root, "tips", "id", "tip")
    cross_checks.check_names(review, root, account_names(root))
    cross_checks.check_tags(review, root)
    review.finish()
    if bot is None:
        raise ValueError("a file without a bot passed its check")
    return Config(
        bot=to_config.identity(bot),
        accounts=tuple(accounts),
        schedules=_named(schedules, bot),
        library=Library(tips=tuple(tips)),
    )


def _check_outline(review: Problems, root: Block) -> None:
    """The file has the sections that it needs, in the right shape, and no other."""
    known = tuple(TipsFile.model_fields)
    for name in root:
        section = _left_behind(root, name)
        if section:
            todo = f"indent it, as it belongs to `{section}:`"
            review.wrong_name((name,), "wrong indentation: it begins at the left edge", todo)
        elif name not in known:
            review.unknown((name,), known)
    if "bot" not in root:
        review.wrong(("bot",), "missing", "add `bot:` and below it, indented, `name: ...`")
    for section in ("schedule", "tips"):
        value = root.get(section)
        if value is not None and not isinstance(value, Items):
            todo = "write each item on a line of its own that begins with '- '"
            review.wrong((section,), "not a list", todo)
    if not root.get("tips"):
        review.wrong(("tips",), "no tips", "add at least one, with `id:`, `title:` and `text:`")


_PARTS: Mapping[str, type[Section]] = {
    "bot": BotSection,
    "schedule": ScheduleSection,
    "tips": TipSection,
}


def _left_behind(root: Block, name: str) -> str | None:
    """The empty section above to which a name at the left edge belongs that is no section."""
    above = takewhile(lambda other: other != name, root)
    empty = [one for one in above if one in _PARTS and root[one] is None]
    section = empty[-1] if empty and name not in TipsFile.model_fields else None
    names = _PARTS[section].model_fields if section else ()
    return section if name in names else None


def _schedules(review: Problems, root: Block) -> list[ScheduleSection]:
    """The schedules that are right in themselves."""
    items = root.get("schedule")
    read = (
        review.section(("schedule", position), item, ScheduleSection)
        for position, item in enumerate(items if isinstance(items, Items) else ())
    )
    return [section for section in read if section is not None]


def _named(sections: list[ScheduleSection], bot: BotSection) -> tuple[Schedule, ...]:
    """The schedules as values, each with its name."""
    names = to_config.names(sections)
    return tuple(
        to_config.schedule(section, name, bot)
        for section, name in zip(sections, names, strict=True)
    )


def _tips(review: Problems, root: Block, zone: ZoneInfo) -> list[Tip]:
    """The tips that are right in themselves."""
    items = root.get("tips")
    tips: list[Tip] = []
    for position, item in enumerate(items if isinstance(items, Items) else ()):
        section = review.section(("tips", position), item, TipSection)
        if section is not None:
            tips.append(tip := to_config.tip(section, zone))
            if tip.not_before and tip.expires and tip.not_before >= tip.expires:
                todo = "give it a later date than `not_before:`"
                review.wrong(("tips", position, "expires"), "it would never be posted", todo)
    return tips


def _places(file: str, root: Block, config: Config) -> Places:
    """Where each tip, account and schedule of a valid file stands."""
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
