"""Remarks on an account on X, from the one answer that describes it."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from bot.core.model.capabilities import Capabilities
from bot.core.model.inspection import InspectionRemark, allowance_remarks, clock_remarks, failure
from bot.outbound.rate_limits import date_of
from bot.platforms.x.http.api import Inspected
from bot.platforms.x.http.errors import DAILY

_MAY_WRITE = ("read-write", "read-write-directmessages", "write")
_MAY_READ = "read"


def remarks(found: Inspected, traits: Capabilities, now: datetime) -> Iterator[InspectionRemark]:
    """Remarks from the answer, and what has to be checked on x.com."""
    yield from clock_remarks(date_of(found.headers), now)
    if found.failed is not None:
        yield failure(found.failed)
    if found.person is None:
        return
    cost = traits.prices.read_user if traits.prices else Decimal(0)
    yield InspectionRemark(
        what=f"signed in as @{found.person.username} on X; a post may weigh {traits.text.limit}, "
        f"and a link {traits.text.link_cost}; to ask this cost ${cost}"
    )
    yield from _level(found.headers.get("x-access-level", ""))
    if found.person.protected:
        what = "the account is protected: only approved followers see its posts"
        yield InspectionRemark(what=what, todo="switch that off in its settings on x.com")
    yield from allowance_remarks(found.headers, "x-rate-limit", "questions of this kind")
    for name in DAILY.values():
        yield from allowance_remarks(found.headers, name, "posts a day")
    yield InspectionRemark(
        what="X does not tell whether the account has its label as an automated one",
        todo="look on x.com: Settings, Your account, Automation",
    )


def _level(told: str) -> Iterator[InspectionRemark]:
    level = told.strip().lower()
    if level in _MAY_WRITE:
        yield InspectionRemark(what="the access token may read and write")
    elif level == _MAY_READ:
        yield InspectionRemark(
            what="the access token may only read",
            todo="set the app's permissions to Read and write, then make a new access token and "
            "secret: those made before stay as they were",
            is_problem=True,
        )
    else:
        what = "X does not tell whether the access token may write"
        yield InspectionRemark(
            what=what, todo="look at the app's permissions: Read and write is needed"
        )
