"""What is said of common mistakes in a tips file: what is wrong, in which line, and what to write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.clock.crontab import check_cron
from bot.core.errors import Problem, TipsError
from bot.platforms.catalogue import KINDS
from bot.sources.tips import parse
from bot.sources.zone_hint import fixed_offset_advice

FOLDER = Path(__file__).parents[1] / "data" / "tips_hints"


def cases(name: str) -> Any:
    """The mistakes of one sort: what is written, and what is said."""
    every = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    return pytest.mark.parametrize("case", every, ids=lambda case: repr(case["write"]))


def problems(text: str) -> tuple[Problem, ...]:
    """All that is wrong with a file."""
    with pytest.raises(TipsError) as caught:
        parse(text.encode(), "tips.yaml", KINDS, check_cron)
    return caught.value.problems


def one_problem(text: str) -> Problem:
    """The only thing that is wrong with a file."""
    every = problems(text)
    assert len(every) == 1, every
    return every[0]


def with_bot(line: str) -> str:
    """A file with one more line about the bot, the third."""
    return f"bot:\n  name: A\n  {line}\ntips:\n  - {{id: a, title: T, text: Hello there.}}\n"


@cases("zones")
def test_a_time_zone(case: dict[str, Any]) -> None:
    """What is no zone is told by a city, since only a city knows when its clocks change."""
    found = one_problem(with_bot(f"timezone: {case['write']}"))
    assert found.line == 3
    assert case["says"] in str(found)
    assert "GMT" not in found.todo


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("EST", "'EST' is 5 hours behind UTC, in summer, too"),
        ("MST", "'MST' is 7 hours behind UTC, in summer, too"),
        ("Etc/GMT-1", "'Etc/GMT-1' is 1 hour ahead of UTC, in summer, too"),
        ("Etc/GMT+5", "'Etc/GMT+5' is 5 hours behind UTC, in summer, too"),
        ("Etc/GMT-14", "'Etc/GMT-14' is 14 hours ahead of UTC, in summer, too"),
    ],
)
def test_a_zone_without_summer_time_is_advised_against(name: str, says: str) -> None:
    """A zone that is one offset for ever says so, and that a city is better."""
    assert fixed_offset_advice(name) is not None
    what, todo = fixed_offset_advice(name) or ("", "")
    assert what == says
    assert todo.startswith("name a city in your zone, such as ")


@pytest.mark.parametrize("name", ["UTC", "GMT", "Etc/UTC", "CET", "EST5EDT", "Europe/Berlin"])
def test_another_zone_is_fine(name: str) -> None:
    """UTC is meant as it is, and what has a summer time needs no advice."""
    assert fixed_offset_advice(name) is None


def with_schedule(line: str, rule: str = 'at: "09:00"') -> str:
    """A file with one more line about its schedule, the sixth."""
    return (
        "bot: {name: A}\nplatforms: {site: {}, x: {}}\n"
        "tips:\n  - {id: a, title: T, text: Hello there.}\n"
        f"schedule:\n  - {line}\n" + (f"    {rule}\n" if rule else "")
    )


@cases("days")
def test_weekdays(case: dict[str, Any]) -> None:
    """A range or a group of days, or days in a text, are told with the list to write."""
    found = one_problem(with_schedule(f"days: {case['write']}"))
    assert found.line == 6
    assert case["says"] in str(found)


@cases("times")
def test_times(case: dict[str, Any]) -> None:
    """A time in another form, or several in one text, are told with what to write."""
    found = one_problem(with_schedule(f"at: {case['write']}", rule=""))
    assert found.line == 6
    assert case["says"] in str(found)


@cases("accounts")
def test_accounts(case: dict[str, Any]) -> None:
    """Several accounts in one text are told with the list to write, and only once."""
    found = one_problem(with_schedule(f"platforms: {case['write']}"))
    assert found.line == 6
    assert case["says"] in str(found)


@cases("platforms")
def test_a_platform(case: dict[str, Any]) -> None:
    """A platform by another name, or by its server, is told by the name that it has here."""
    found = one_problem(
        f"bot: {{name: A}}\nplatforms:\n  {case['write']}: {{}}\n"
        "tips:\n  - {id: a, title: T, text: Hello there.}\n"
    )
    assert found.line == 3
    assert case["says"] in str(found)


@cases("kinds")
def test_a_kind(case: dict[str, Any]) -> None:
    """What people call a platform is understood as the kind of an account, too."""
    found = one_problem(
        f"bot: {{name: A}}\nplatforms:\n  mine: {{kind: {case['write']}}}\n"
        "tips:\n  - {id: a, title: T, text: Hello there.}\n"
    )
    assert found.line == 3
    assert case["says"] in str(found)


@cases("kinds")
def test_an_account_by_another_name(case: dict[str, Any]) -> None:
    """Where a schedule names an account by what people call its platform, it hears the name."""
    line = f"platforms: [{case['write']}]"
    accounts = "site: {}, x: {}, mastodon: {server: https://toot.wales}"
    found = one_problem(with_schedule(line).replace("site: {}, x: {}", accounts))
    assert found.line == 6
    assert case["says"] in str(found)
