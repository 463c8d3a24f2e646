"""A tips.yaml of any length to measure with: the same one for the same number of tips."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

from bench.sample_texts import sentence

SEED = 10_000

SITE: Mapping[str, str] = {"site": "{}"}
EVERYWHERE: Mapping[str, str] = {
    **SITE,
    "mastodon": "{server: 'https://mastodon.social'}",
    "x": "{}",
}
"""Accounts by name, each with its settings."""

_HEAD = """\
bot:
  name: Many Tips
  timezone: Europe/London
  site: https://tips.tipsbot.dev
platforms:
"""
_SCHEDULE = """\
schedule:
  - name: mornings
    at: "09:00"
tips:
"""


def write(folder: Path, tips: int, accounts: Mapping[str, str]) -> Path:
    """Write the file into the folder."""
    path = folder / "tips.yaml"
    path.write_text("".join(_lines(tips, accounts)), encoding="utf-8")
    return path


def _lines(tips: int, accounts: Mapping[str, str]) -> Iterator[str]:
    yield _HEAD
    for name, settings in accounts.items():
        yield f"  {name}: {settings}\n"
    yield _SCHEDULE
    random = Random(SEED)
    for number in range(tips):
        yield from _tip(random, number)


def _tip(random: Random, number: int) -> Iterator[str]:
    """A tip of three sentences; every third has a link of its own, every tenth a summary."""
    yield f"  - id: tip-{number}\n    title: {sentence(random, 5)[:-1]} {number}\n"
    text = " ".join(sentence(random, random.randint(6, 14)) for _ in range(3))
    yield f"    text: >\n      {text}\n    tags: [digital, group-{number % 7}]\n"
    yield f'    credit: "@someone{number}"\n'
    if number % 3 == 0:
        yield f"    link: https://www.tipsbot.dev/sources/{number}\n"
    if number % 10 == 0:
        yield f'    summary: "{sentence(random, 12)}"\n'
