"""What strangers have thought of, from `tests/data/hostile`: some two hundred entries that harm.

An item of a file is a text, or says more: `text` that stands there so many `times`, between what
comes `before` and `after` it, by whom (`name`, `handle`, `profile`) and where (`url`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from bot.core.model.entry import Author, Entry
from tests.clock import MONDAY
from tests.core.samples import MINUTE, entry

DATA = Path(__file__).parent / "data" / "hostile"
MARKUP = {"scripts", "markup", "people"}
"""The files whose texts are said as markup, too."""


def _text(item: dict[str, Any]) -> str:
    middle = item["text"] * item.get("times", 1)
    return f"{item.get('before', '')}{middle}{item.get('after', '')}"


def _items() -> list[tuple[str, dict[str, Any]]]:
    """Every item as a mapping, with the name of its file."""
    found: list[tuple[str, dict[str, Any]]] = []
    for file in sorted(DATA.glob("*.yaml")):
        items = yaml.safe_load(file.read_text(encoding="utf-8"))
        found += [(file.stem, {"text": one} if isinstance(one, str) else one) for one in items]
    return found


ITEMS = _items()

TEXTS = [_text(item) for _, item in ITEMS]
"""All texts."""


def entries(tip: str, account: str = "town") -> list[Entry]:
    """All of them as answers to a tip, the first thirty in one deep thread."""
    return [
        entry(
            f"h{number}",
            account=account,
            tip=tip,
            text=_text(item),
            html=_text(item) if file in MARKUP else "",
            author=Author(
                name=item.get("name", "A Stranger"),
                handle=item.get("handle", "@stranger@town.test.net"),
                url=item.get("profile", "https://town.test.net/@stranger"),
            ),
            url=item.get("url", f"https://town.test.net/{number}"),
            in_reply_to=f"h{number - 1}" if 0 < number < 30 else None,
            at=MONDAY + number * MINUTE,
        )
        for number, (file, item) in enumerate(ITEMS)
    ]
