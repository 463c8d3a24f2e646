"""What is the same on every platform when an account is inspected: failures, clock, allowance."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.errors import PlatformError, RetryLater
from bot.core.model.lookup import SKEW

REFUSED_FROM = timedelta(minutes=5)
"""From here on signed requests are refused, and posts come at times that nobody expects."""
SCARCE = 10
"""An allowance of which less than one part in so many is left is nearly used up."""

_OF_A_RUNNING_BOT = re.compile(
    r"(it is tried again|the bot tries again|it waits until the server takes more"
    r"|the bot goes on when X allows it)(; |$)"
)
"""What an error promises on behalf of a bot that runs; here nobody tries again but the operator."""
_CHECK_AGAIN = "look at the address in tips.yaml and at the network, then check again"
_COUNT = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class InspectionRemark:
    """What was seen of an account, and what to do about it ("": nothing).

    `is_problem` says that the bot cannot work in that way.
    """

    what: str
    todo: str = ""
    is_problem: bool = False


def failure(error: PlatformError) -> InspectionRemark:
    """The remark for what a network did not answer, or for how it refused."""
    todo = _OF_A_RUNNING_BOT.sub("", error.todo).removesuffix("; ")
    if not todo:
        after = error.after if isinstance(error, RetryLater) else None
        todo = f"check again in {_length(after)}" if after else _CHECK_AGAIN
    return InspectionRemark(what=error.problem, todo=todo, is_problem=True)


def clock_remarks(theirs: datetime | None, ours: datetime) -> Iterator[InspectionRemark]:
    """What is wrong with the clock: `theirs` is what the other side's answer said, if it did."""
    if theirs is None:
        return
    ahead = ours - theirs
    if abs(ahead) <= SKEW:
        return
    yield InspectionRemark(
        what=f"the clock of this machine is {_length(abs(ahead))} "
        f"{'ahead of' if ahead > timedelta(0) else 'behind'} the server's",
        todo="let the system set it (NTP): posts come at wrong times, and keys may be refused",
        is_problem=abs(ahead) >= REFUSED_FROM,
    )


def allowance_remarks(headers: Mapping[str, str], name: str, of: str) -> Iterator[InspectionRemark]:
    """What is nearly used up: the headers `name`-remaining and `name`-limit count `of`."""
    left, whole = (headers.get(f"{name}-{part}", "").strip() for part in ("remaining", "limit"))
    if not (_COUNT.fullmatch(left) and _COUNT.fullmatch(whole)):
        return
    if int(left) * SCARCE < int(whole):
        yield InspectionRemark(
            what=f"of {int(whole)} {of} that are allowed only {int(left)} are left for now",
            todo="see whether something else uses the same account or app, and check again later",
        )


def _length(span: timedelta) -> str:
    """A span from a minute on, in the largest unit that tells enough of it."""
    minutes = max(1, round(span / timedelta(minutes=1)))
    if minutes < 120:
        return f"{minutes} min"
    hours = round(span / timedelta(hours=1))
    return f"{hours} h" if hours < 48 else f"{round(span / timedelta(days=1))} days"
