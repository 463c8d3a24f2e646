"""A copy of the fixture to work on, at its moment."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.whole.operator import Operator, free_port

HERE = Path(__file__).parent
FIXTURE = HERE / "fixture"
SITE = "https://tips.tipsbot.dev"
"""The site's address in the fixture, wherever it is served."""
BEHIND_A_PROXY = {"TIPSBOT_TRUSTED_PROXIES": "127.0.0.1"}
"""Who writes comments says where from, so that each has a rate limit of their own."""
SECRETS = {
    **BEHIND_A_PROXY,
    "TIPSBOT_MASTODON_ACCESS_TOKEN": "a-token-for-tests",
    "TIPSBOT_X_API_KEY": "a-key-for-tests",
    "TIPSBOT_X_API_SECRET": "a-secret-for-tests",
    "TIPSBOT_X_ACCESS_TOKEN": "a-token-for-tests",
    "TIPSBOT_X_ACCESS_SECRET": "another-secret-for-tests",
}


def known() -> dict[str, Any]:
    """Cookies, links and numbers that were given out when the fixture was made."""
    return dict(json.loads((FIXTURE / "known.json").read_text(encoding="utf-8")))


def moment() -> datetime:
    """The time at which the fixture is looked at."""
    return datetime.fromisoformat(known()["moment"]["at"])


def copied(folder: Path) -> Operator:
    """The operator of a fresh copy in this folder; their machine's clock is at the moment."""
    home = Path(shutil.copytree(FIXTURE, folder / "home"))
    (home / "data").chmod(0o700)
    for path in (home / "data").iterdir():
        path.chmod(0o600)
    operator = Operator(home=home, port=free_port(), secrets=SECRETS, ahead=folder / "ahead")
    set_clock(operator, moment())
    return operator


def set_clock(operator: Operator, at: datetime) -> None:
    """Have the operator's machine show this time from now on."""
    assert operator.ahead is not None
    operator.ahead.write_text(str((at - datetime.now(UTC)) / timedelta(seconds=1)))
