"""The demo's tips.yaml: the shipped tips, with cards where this machine can draw them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.demo.servers import servers
from tests.demo.settings import SHIPPED, tips_file, why_no_cards


@pytest.mark.parametrize("cards", [True, False])
def test_every_tip_has_a_card_or_none_has(*, cards: bool) -> None:
    """Each tip of the demo is the shipped one, with a card where there are to be cards."""
    with servers([]) as local:
        made = yaml.safe_load(tips_file("http://127.0.0.1:1", local, cards=cards))
    more = {"image": "card"} if cards else {}
    assert made["tips"] == [{**tip, **more} for tip in shipped()["tips"]]


def test_a_font_that_is_missing_is_named(tmp_path: Path) -> None:
    """A machine without a font for one of the tips is told what it lacks, in one line."""
    changed = shipped()
    changed["tips"][-1]["title"] = "A sign that nobody has drawn: \U0010fffd"
    file = tmp_path / "tips.yaml"
    file.write_text(yaml.safe_dump(changed), encoding="utf-8")
    why = why_no_cards(file)
    assert why is not None
    assert why.startswith("no font on this machine shows")
    assert "\n" not in why


def shipped() -> dict[str, Any]:
    """The tips file of the repository."""
    return dict(yaml.safe_load(SHIPPED.read_text(encoding="utf-8")))
