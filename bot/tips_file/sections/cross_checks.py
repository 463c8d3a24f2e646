"""Checks across sections: names that must differ, exist or go together.

Every check reads the tree, so that it works beside other mistakes in the same section.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeAlias

from bot.core.model.picture import CARD
from bot.core.text.suggest import account_hint
from bot.tips_file.locations import Place
from bot.tips_file.messages import escape, hint, quote
from bot.tips_file.problems import Problems
from bot.tips_file.values.field_types import is_id
from bot.tips_file.yaml.yaml_reader import Block, Items, Path, listed

CheckCron: TypeAlias = Callable[[str], str | None]
"""The problem of a crontab line in a sentence, or None; the scheduler knows."""

_RULES = ("at", "cron", "every")
_NEEDS = {"days": "at", "from": "every"}


def _blocks(root: Block, section: str) -> Iterator[tuple[Path, Block]]:
    """The blocks in one of the file's lists, with their paths."""
    items = root.get(section)
    for position, item in enumerate(items if isinstance(items, Items) else ()):
        if isinstance(item, Block):
            yield (section, position), item


def check_rules(problems: Problems, root: Block, check_cron: CheckCron) -> None:
    """Each schedule has one rule, and only the settings that go with it."""
    for path, schedule in _blocks(root, "schedule"):
        given = [rule for rule in _RULES if schedule.get(rule) is not None]
        if not any(rule in schedule for rule in _RULES):
            problems.wrong(path, "it has no time", "add one of `at:`, `cron:` and `every:`")
        for extra in given[1:]:
            what = f"there is a rule already, '{given[0]}'"
            problems.wrong_name((*path, extra), what, "keep one of the two")
        for name, rule in _NEEDS.items():
            if schedule.get(name) is not None and given and rule not in given:
                todo = f"remove it, or use `{rule}:`"
                problems.wrong_name((*path, name), f"it goes with '{rule}' only", todo)
        line = schedule.get("cron")
        if isinstance(line, str) and line.strip() and (found := check_cron(line[:200])):
            what, _, todo = escape(found).partition("; ")
            todo = todo or "write five fields, such as 0 9 * * mon"
            problems.wrong((*path, "cron"), what, todo)


def check_unique(problems: Problems, root: Block, section: str, name: str, noun: str) -> None:
    """No two items of a list share this name."""
    first: dict[str, Place] = {}
    for path, item in _blocks(root, section):
        value = item.get(name)
        if not isinstance(value, str):
            continue
        place = item.places[name]
        taken = first.setdefault(" ".join(value.split()), place)
        if taken != place:
            what = f"{quote(value)} is taken (by the {noun} in line {taken[0]})"
            problems.wrong((*path, name), what, "give each its own")


def check_names(problems: Problems, root: Block, accounts: Sequence[str]) -> None:
    """Tips and schedules name only existing accounts."""
    for section in ("schedule", "tips"):
        for path, item in _blocks(root, section):
            for step, name in _texts(item, "platforms"):
                if is_id(name) and name not in accounts:
                    what = f"{quote(name)} is not an account in this file"
                    todo = account_hint(name, accounts) or hint(name, accounts)
                    problems.wrong((*path, "platforms", *step), what, todo)


def check_tags(problems: Problems, root: Block) -> None:
    """Each tag of a schedule is that of a tip; a schedule without tips never posts."""
    same = partial(unicodedata.normalize, "NFC")
    known = {same(tag) for _, tip in _blocks(root, "tips") for _, tag in _texts(tip, "tags")}
    for path, schedule in _blocks(root, "schedule"):
        for step, tag in _texts(schedule, "tags"):
            if same(tag) not in known:
                todo = hint(tag, sorted(known)[:20]) if known else "add it to some tip"
                problems.wrong((*path, "tags", *step), f"no tip has the tag {quote(tag)}", todo)


def check_pictures(problems: Problems, root: Block) -> None:
    """A picture has an alt text, unless it is a card, and an alt text has a picture."""
    for path, tip in _blocks(root, "tips"):
        image = tip.get("image")
        if tip.get("alt") is not None and image is None:
            problems.wrong_name((*path, "alt"), "it goes with 'image' only", "add `image:`")
        is_file = isinstance(image, str) and image.strip() not in {"", CARD}
        if is_file and tip.get("alt") is None:
            todo = "say in a line `alt:` what is to be seen, for those who cannot see it"
            problems.wrong((*path, "image"), "the picture has no alt text", todo)


def _texts(item: Block, name: str) -> Iterator[tuple[Path, str]]:
    """The texts in a list of an item, or its single text, with the path to each."""
    value = item.get(name)
    in_list = isinstance(value, Items)
    for position, text in enumerate(listed(value)):
        if isinstance(text, str):
            yield ((position,) if in_list else ()), text.strip()
