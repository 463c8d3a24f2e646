"""Builds the step that alerts the operator, from the parts of a bot."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bot.app.alerts.find_troubles import TroubleFinder
from bot.app.alerts.send_alerts import AlertSender
from bot.app.alerts.write_digest import DigestWriter
from bot.bootstrap.alerts.disk_space import disk_space
from bot.core.errors import SecretError
from bot.core.model.config import Account

if TYPE_CHECKING:
    from bot.bootstrap.container import Container


def alert_sender(container: Container, file_problem: str | None = None) -> AlertSender:
    """The step for this bot.

    `file_problem` is why the newest files of a bot of a fleet are refused, or why this process
    uses the last good file of a bot that runs alone.
    """
    return AlertSender(
        store=container.store,
        clock=container.clock,
        finder=trouble_finder(container, file_problem),
        digest=DigestWriter(
            store=container.store,
            timetable=container.timetable,
            capabilities_of=container.rules.of,
            preview=container.preview,
            held_link=container.held_link,
        ),
        channel=container.adapters.alert_channel,
    )


def trouble_finder(container: Container, file_problem: str | None = None) -> TroubleFinder:
    """What finds the troubles of this bot."""
    return TroubleFinder(
        store=container.store,
        timetable=container.timetable,
        capabilities_of=container.rules.of,
        disk_space=partial(disk_space, container.environment),
        secrets_problem=partial(_secrets_problem, container),
        file_problem=lambda: file_problem,
        fleet_bot=container.environment.fleet_bot,
    )


def _secrets_problem(container: Container, account: Account) -> str | None:
    try:
        container.adapters.get(account)
    except SecretError as error:
        return str(error)
    return None
