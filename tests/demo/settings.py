"""tips.yaml for the demo: the repository's own tips, with local accounts and a quick schedule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.tree import ROOT

DOMAIN = "example.social"
"""The domain of handles on the local Mastodon server."""
X_NAME = "tips_example"
"""The bot's name on the local X server."""


def tips_file(site: str, mastodon: str, x: str, source: Path = ROOT / "tips.yaml") -> str:
    """The file for a bot whose site and servers are at these addresses."""
    shipped = _shipped(source)
    often = {"poll": "30s", "gap": "0s"}
    accounts = {
        "site": {},
        "mastodon": {"server": mastodon, **often},
        "x": {"api": x, **often},
    }
    made = {
        "bot": {**shipped["bot"], "site": site},
        "platforms": accounts,
        "schedule": [{"name": "every minute", "every": "1m"}],
        "tips": shipped["tips"],
    }
    return yaml.safe_dump(made, sort_keys=False, allow_unicode=True)


def first_tip(source: Path = ROOT / "tips.yaml") -> str:
    """The id of the first posted tip."""
    return str(_shipped(source)["tips"][0]["id"])


def _shipped(source: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(source.read_text(encoding="utf-8")))
