"""Checks the operator's own channel without sending anything to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.bootstrap.settings.secrets import alert_address, redacted
from bot.core.errors import BotError, PlatformError, Problem, SecretError

if TYPE_CHECKING:
    from bot.bootstrap.container import Container

TEST = "`tipsbot alert test` shows whether an alert arrives"


def inspect_channel(container: Container, *, online: bool) -> tuple[list[Problem], list[Problem]]:
    """The problems of the channel, and remarks that are none.

    A missing address is a problem only `online`: a file may be checked where no secrets are.
    """
    if container.config.alerts is None:
        return [], []
    environ = container.environment
    try:
        alert_address(environ.variables, environ.fleet_bot)
    except SecretError as error:
        return ([_problem(container, error)] if online else []), []
    try:
        channel = container.adapters.alert_channel()
        if not online:
            return [], []
        is_known = channel.sender.connect()
    except (SecretError, PlatformError) as error:
        return [_problem(container, error)], []
    seen = "can be reached" if is_known else "is not tried: its host is known when it is sent to"
    what = f"alerts: {channel.service} {seen}"
    return [], [container.loaded.places.problem((0, 0), what, TEST)]


def _problem(container: Container, error: BotError) -> Problem:
    what = error.problem.removeprefix("alerts: ")
    return container.loaded.places.problem(
        (0, 0), redacted(f"alerts: {what}"), redacted(error.todo)
    )
