"""Whether the site's address is answered, and by this bot."""

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
from bot.outbound.rate_limits import date_of
from bot.outbound.session import Carrier, Session, not_sent, read_body

PATIENCE = 20.0
"""Seconds for the whole question."""
HEALTH = "/healthz"

_SETTING = "bot.site in tips.yaml"
_NO_BOT_BEHIND = frozenset({502, 503, 504})
"""Answers of a proxy while no bot runs behind it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """The answer; `failed` says why there is none, and `status` is 0 then."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    failed: str | None = None


def ask(site: str, carrier: Carrier | None = None) -> Answered:
    """Request the health page at this address. Raises nothing."""
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
    """Remarks on the address and on its answer.

    While no bot runs, no answer is expected.
    """
    site = identity.site
    if leads_nowhere(site):
        yield InspectionRemark(what=f"{site} can be opened on this machine or network only")
    elif urlsplit(site).scheme != "https":
        todo = f"let the site be served by https, and write that address into {_SETTING}"
        yield InspectionRemark(what=f"{site} is not encrypted", todo=todo)
    yield from clock_remarks(date_of(answer.headers), now)
    if answer.failed is not None:
        yield _no_answer(f"{site} cannot be reached: {answer.failed}", is_running=is_running)
    elif 300 <= answer.status < 400:
        yield _redirected(site, answer.headers.get("location", ""))
    else:
        yield _answered(answer, identity, is_running=is_running)


def _answered(answer: Answered, identity: Identity, *, is_running: bool) -> InspectionRemark:
    """Remarks on a complete answer."""
    site, health = identity.site, _health(answer.body)
    if health is None:
        what = f"{site} answers {answer.status}, but not as a bot's site does"
        may_rest = answer.status in _NO_BOT_BEHIND
        return _no_answer(what, is_running=is_running or not may_rest)
    name = health.get("bot")
    if "problem" in health:  # its database cannot be read
        name = identity.name
    if not isinstance(name, str):  # a bot tells its name under its own host name only
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


def _no_answer(what: str, *, is_running: bool) -> InspectionRemark:
    """The remark that the bot does not answer."""
    if not is_running:
        return InspectionRemark(what=what, todo="the bot does not run: check again when it does")
    todo = f"look at {_SETTING}, at the proxy before the bot and at TIPSBOT_BIND"
    return InspectionRemark(what=what, todo=todo, is_problem=True)


def _redirected(site: str, location: str) -> InspectionRemark:
    """The remark on a redirect: to the same page elsewhere, or to another page."""
    where, is_same, _ = one_line(location or "elsewhere").partition(HEALTH)
    what = f"{site} sends visitors on to {where}"
    return InspectionRemark(what=what, todo=f"write that into {_SETTING}", is_problem=not is_same)


def _health(body: bytes) -> dict[str, Any] | None:
    """The content of a bot's health answer, or None for another answer."""
    try:
        health = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return health if isinstance(health, dict) and isinstance(health.get("ok"), bool) else None
