"""tips.yaml for the demo: the repository's own tips, with local accounts and a quick schedule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from bot.pictures.card import Card, missing
from tests.demo.servers import Servers
from tests.tree import ROOT

SHIPPED = ROOT / "tips.yaml"


def tips_file(site: str, servers: Servers, *, cards: bool, source: Path = SHIPPED) -> str:
    """The file for a bot whose site and servers are at these addresses."""
    shipped = _shipped(source)
    picture = {"image": "card"} if cards else {}
    made = {
        "bot": {**shipped["bot"], "site": site},
        "platforms": _accounts(servers),
        "schedule": [{"name": "every minute", "every": "1m"}],
        "tips": [{**tip, **picture} for tip in shipped["tips"]],
    }
    return yaml.safe_dump(made, sort_keys=False, allow_unicode=True)


def _accounts(servers: Servers) -> dict[str, dict[str, str]]:
    """The accounts. A chat may be on any machine, where nobody could open a link to this one."""
    often = {"poll": "30s", "gap": "0s"}
    bluesky = servers.bluesky
    return {
        "site": {},
        "mastodon": {"server": servers.mastodon.url, **often},
        "x": {"api": servers.x.url, **often},
        "bluesky": {"handle": bluesky.bot.handle, "server": bluesky.url, **often},
        "threads": {"server": servers.threads.url, **often},
        "chat": {"kind": "broadcast", "gap": "0s", "link": "never"},
    }


def why_no_cards(source: Path = SHIPPED) -> str | None:
    """Why this machine can draw no card of one of the tips; None: it can draw them all."""
    shipped = _shipped(source)
    found = (lack for tip in shipped["tips"] for lack in missing(_card(tip, shipped["bot"])))
    return next((str(one) for one in found), None)


def _card(tip: dict[str, str], bot: dict[str, str]) -> Card:
    words = tip.get("summary") or tip["text"]
    return Card(title=tip["title"], words=words, bot=bot["name"], language=tip.get("language"))


def first_tip(source: Path = SHIPPED) -> str:
    """The id of the first posted tip."""
    return str(_shipped(source)["tips"][0]["id"])


def _shipped(source: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(source.read_text(encoding="utf-8")))
