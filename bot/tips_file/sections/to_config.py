"""From checked sections to the values that the core works with."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from bot.core.model.config import Identity, Tip
from bot.core.model.schedule import At, Cron, Every, Schedule
from bot.tips_file.sections.models import BotSection, ScheduleSection, TipSection
from bot.tips_file.values.parse_times import end_of, start_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""From where `every` counts, unless the file says otherwise."""

_ALL_DAYS = range(7)


def identity(bot: BotSection) -> Identity:
    """Who the bot is."""
    return Identity(
        id=bot.id,
        name=bot.name,
        timezone=bot.timezone,
        site=bot.site,
        contact=bot.contact,
        show_unlisted=bot.show_unlisted,
    )


def tip(section: TipSection, zone: ZoneInfo) -> Tip:
    """The tip; its dates are days in the bot's zone."""
    return Tip(
        id=section.id,
        title=section.title,
        text=section.text,
        link=section.link,
        tags=_each_once(section.tags),
        credit=section.credit,
        summary=section.summary,
        language=section.language,
        weight=section.weight,
        not_before=start_of(section.not_before, zone) if section.not_before else None,
        expires=end_of(section.expires, zone) if section.expires else None,
        platforms=_accounts(section.platforms),
    )


def schedule(section: ScheduleSection, name: str, bot: BotSection) -> Schedule:
    """The schedule, under the name that it has or was given."""
    return Schedule(
        name=name,
        when=_when(section, ZoneInfo(section.timezone or bot.timezone)),
        timezone=section.timezone or bot.timezone,
        late=section.late,
        tags=_each_once(section.tags),
        platforms=_accounts(section.platforms),
    )


def names(sections: list[ScheduleSection]) -> list[str]:
    """A name for each schedule: its own, or one by its position that no other has."""
    taken = {section.name for section in sections if section.name}
    found = []
    for position, section in enumerate(sections, 1):
        name = section.name or f"schedule {position}"
        while not section.name and name in taken:
            name += "'"
        found.append(name)
    return found


def _when(section: ScheduleSection, zone: ZoneInfo) -> At | Cron | Every:
    """The schedule's rule; exactly one of the three is given."""
    if section.at is not None:
        return At(times=_times(section.at), days=_days(section.days))
    if section.cron is not None:
        return Cron(line=section.cron)
    if section.every is not None:
        anchor = start_of(section.start, zone) if section.start else EPOCH
        return Every(period=section.every, anchor=anchor)
    raise ValueError("a schedule without a rule passed its check")


def _times(times: list[time]) -> tuple[time, ...]:
    return tuple(sorted(set(times)))


def _days(days: list[int] | None) -> tuple[int, ...]:
    return tuple(sorted(set(_ALL_DAYS if days is None else days)))


def _accounts(names: list[str] | None) -> tuple[str, ...] | None:
    return None if names is None else _each_once(names)


def _each_once(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
