"""Whether the site's address is answered, and by this bot."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from bot.app.tips.validate import leads_nowhere
from bot.core.model.config import Identity
from bot.core.model.inspection import InspectionRemark, clock_remarks
from bot.core.text.sanitize import one_line
from bot.outbound.bounded_body import read_body
from bot.outbound.http_dates import date_of
from bot.outbound.not_sent import not_sent
from bot.outbound.session import Carrier, Session

PATIENCE = 20.0
"""Seconds for the whole question."""
HEALTH = "/healthz"

_SETTING = "bot.site in tips.yaml"
_NOBODY_BEHIND = frozenset({502, 503, 504})
"""What a proxy answers while there is no bot behind it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """What came of asking; `failed` says why there is no answer, and `status` is 0 then."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    failed: str | None = None


def ask(site: str, carrier: Carrier | None = None) -> Answered:
    """Ask for the health of whoever answers at this address. Raises nothing."""
    until = time.monotonic() + PATIENCE
    given = {"timeout": (PATIENCE / 2, PATIENCE / 2), "stream": True, "allow_redirects": False}
    try:
        with Session(carrier) as session, session.get(site + HEALTH, **given) as answer:  # type: ignore[arg-type]
            body = read_body(answer, until)
            return Answered(status=answer.status_code, headers=answer.headers, body=body)
    except Exception as error:  # noqa: BLE001 - the library and those below it have many
        why = not_sent(error) or "the connection broke or gave no answer in time"
        return Answered(failed=why)


def remarks(
    answer: Answered, identity: Identity, now: datetime, *, is_running: bool
) -> Iterator[InspectionRemark]:
    """What is to be said of the address and of whoever answers there.

    While no bot runs nobody has to answer there.
    """
    site = identity.site
    if leads_nowhere(site):
        yield InspectionRemark(what=f"{site} can be opened on this machine or network only")
    elif urlsplit(site).scheme != "https":
        todo = f"let the site be served by https, and write that address into {_SETTING}"
        yield InspectionRemark(what=f"{site} is not encrypted", todo=todo)
    yield from clock_remarks(date_of(answer.headers), now)
    if answer.failed is not None:
        yield _silent(f"{site} cannot be reached: {answer.failed}", is_running=is_running)
    elif 300 <= answer.status < 400:
        yield _sent_on(site, answer.headers.get("location", ""))
    else:
        yield _answered(answer, identity, is_running=is_running)


def _answered(answer: Answered, identity: Identity, *, is_running: bool) -> InspectionRemark:
    """Who that was."""
    site, told = identity.site, _health(answer.body)
    if told is None:
        what = f"{site} answers {answer.status}, but not as a bot's site does"
        may_rest = answer.status in _NOBODY_BEHIND
        return _silent(what, is_running=is_running or not may_rest)
    name = told.get("bot")
    if "problem" in told:  # its database cannot be read
        name = identity.name
    if not isinstance(name, str):  # it tells more to those who call it by its own name
        what = f"{site} is answered by a bot that is not called so"
        todo = f"let the proxy pass the Host header on, or look at {_SETTING}"
        return InspectionRemark(what=what, todo=todo, is_problem=True)
    if name != identity.name:
        what = f"{site} is the site of another bot, {one_line(name, 60)}"
        todo = f"give this one an address of its own in {_SETTING}"
        return InspectionRemark(what=what, todo=todo, is_problem=True)
    if answer.status != 200:
        what = f"{site} is answered by this bot, which says that something is wrong"
        return InspectionRemark(what=what, todo="`tipsbot status` says what")
    return InspectionRemark(what=f"{site} is answered by this bot")


def _silent(what: str, *, is_running: bool) -> InspectionRemark:
    """Nobody who counts answers."""
    if not is_running:
        return InspectionRemark(
            what=what, todo="the bot does not run: check again when `tipsbot run` does"
        )
    todo = f"look at {_SETTING}, at the proxy before the bot and at TIPSBOT_BIND"
    return InspectionRemark(what=what, todo=todo, is_problem=True)


def _sent_on(site: str, location: str) -> InspectionRemark:
    """A redirect: to the same page elsewhere, or to something that visitors did not ask for."""
    where, is_same, _ = one_line(location or "elsewhere").partition(HEALTH)
    what = f"{site} sends visitors on to {where}"
    return InspectionRemark(what=what, todo=f"write that into {_SETTING}", is_problem=not is_same)


def _health(body: bytes) -> dict[str, Any] | None:
    """What a bot's health answer tells, or None for anything else."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) and isinstance(told.get("ok"), bool) else None
