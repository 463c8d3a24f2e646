"""Inspects all accounts at once, in bounded time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING

from bot.bootstrap.settings.secrets import redacted
from bot.core.errors import Problem, SecretError
from bot.core.model.config import Account
from bot.core.model.inspection import InspectionRemark
from bot.core.ports.platform import Platform, SettlesCost
from bot.core.text.sanitize import one_line

if TYPE_CHECKING:
    from bot.bootstrap.container import Container

PATIENCE = 60.0
"""Seconds for all accounts together: longer than any adapter may take."""
LONGEST = 500
"""Characters of a remark, and of what to do about it."""


def inspect(
    container: Container, patience: float = PATIENCE
) -> tuple[list[Problem], list[Problem]]:
    """The problems of the accounts in the file, and remarks that are no problems.

    Nothing is posted. An account that has not answered after `patience` seconds is a problem. The
    cost of the requests is noted, as that of all reading is.
    """
    until = time.monotonic() + patience
    problems: list[Problem] = []
    others: list[Problem] = []
    # All are built before the first request: two threads must not import the same libraries.
    built = [(account, _built(container, account)) for account in container.config.accounts]
    for account, future in [(account, _ask(container, platform)) for account, platform in built]:
        for remark in _remarks(future, until):
            (problems if remark.is_problem else others).append(
                _problem(container, account.name, remark)
            )
    return problems, others


def _built(container: Container, account: Account) -> Platform | InspectionRemark:
    """The account's adapter, or why there is none."""
    try:
        return container.adapters.get(account)
    except SecretError as error:
        what = error.problem.removeprefix(f"account {account.name}: ")
        return InspectionRemark(what=what, todo=error.todo, is_problem=True)


def _ask(
    container: Container, platform: Platform | InspectionRemark
) -> Future[Sequence[InspectionRemark]]:
    future: Future[Sequence[InspectionRemark]] = Future()
    if isinstance(platform, InspectionRemark):
        future.set_result([platform])
    else:
        # A thread that ends with the process, however long a server keeps it waiting.
        Thread(target=_inspect, args=(container, platform, future), daemon=True).start()
    return future


def _inspect(
    container: Container, platform: Platform, future: Future[Sequence[InspectionRemark]]
) -> None:
    try:
        seen = platform.inspect()
        if isinstance(platform, SettlesCost) and (cost := platform.settle_cost()):
            with container.store.writing() as tx:
                tx.accounts.spend(platform.account, "read", cost, container.clock.now())
        future.set_result(seen)
    except Exception as error:  # noqa: BLE001 - the waiting thread raises it
        future.set_exception(error)


def _remarks(
    future: Future[Sequence[InspectionRemark]], until: float
) -> Sequence[InspectionRemark]:
    try:
        return future.result(max(0.0, until - time.monotonic()))
    except TimeoutError:
        what = "it has not answered in time"
        todo = "look at the network and at the server, then check again"
        return [InspectionRemark(what=what, todo=todo, is_problem=True)]


def _problem(container: Container, name: str, remark: InspectionRemark) -> Problem:
    """The remark at the account's line, without control characters and credentials."""
    what, todo = (redacted(one_line(text, LONGEST)) for text in (remark.what, remark.todo))
    places = container.loaded.places
    return places.problem(places.account(name), f"{name}: {what}", todo)
