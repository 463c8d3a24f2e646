"""The section `alerts:` of a good file; `data/bad_tips` has wrong ones."""

from __future__ import annotations

from datetime import time

import pytest

from bot.core.model.alerts import Alerts, Digest
from bot.core.model.schedule import At
from bot.scheduler.crontab import check_cron
from bot.tips_file.load import parse
from tests.kinds import KINDS

DAILY = Alerts(digest=Digest.DAILY)
WEEKLY = Alerts(digest=Digest.WEEKLY, at=time(18, 30), day=4)


def alerts_of(section: str) -> Alerts | None:
    """The settings in a file with this section."""
    text = f"bot: {{name: A}}\n{section}\ntips: [{{id: a, title: A, text: B}}]\n"
    config, _ = parse(text.encode(), "tips.yaml", KINDS, check_cron)
    return config.alerts


@pytest.mark.parametrize(
    ("section", "alerts"),
    [
        ("", None),
        ("alerts:", Alerts()),
        ("alerts: {}", Alerts()),
        ("alerts: {digest: daily}", DAILY),
        ('alerts: {digest: weekly, at: "18:30", day: fri}', WEEKLY),
    ],
)
def test_the_section(section, alerts):
    """Alerts are off without the section, on with an empty one, and a digest is extra."""
    assert alerts_of(section) == alerts


@pytest.mark.parametrize(
    ("alerts", "rule"),
    [
        (Alerts(), None),
        (DAILY, At(times=(time(8),))),
        (WEEKLY, At(times=(time(18, 30),), days=(4,))),
    ],
)
def test_when_a_digest_is_due(alerts, rule):
    """A digest is due every day, or on one weekday, at its local time."""
    assert alerts.rule == rule


def test_an_account_named_alerts():
    """Without the section an account may have this name: names are permanent."""
    text = "bot: {name: A}\nplatforms: {alerts: {kind: site}}\ntips: [{id: a, title: A, text: B}]\n"
    config, _ = parse(text.encode(), "tips.yaml", KINDS, check_cron)
    assert [one.name for one in config.accounts] == ["alerts"]
