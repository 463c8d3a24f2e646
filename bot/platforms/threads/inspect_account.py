"""Remarks on an account on Threads, from its server's answers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bot.core.model.inspection import InspectionRemark
from bot.core.text.sanitize import one_line
from bot.outbound import json_values
from bot.outbound.json_values import Record
from bot.platforms.threads import TRAITS
from bot.platforms.threads.http.errors import ErrorContext

WANTED = {
    "threads_basic": "nothing works without it",
    "threads_content_publish": "nothing can be posted",
    "threads_read_replies": "no reply can be read",
    "threads_manage_replies": "no reply can be answered",
}
"""https://developers.facebook.com/docs/threads/get-started"""
USEFUL = {
    "threads_manage_mentions": "mentions outside the bot's own threads are not read",
    "threads_delete": "`tipsbot retract` cannot delete posts",
}
_LONGEST = 80
_SOON = timedelta(days=7)


def of_profile(profile: Record, context: ErrorContext) -> Iterator[InspectionRemark]:
    """Whose token it is, and the limit of a post."""
    name = one_line(json_values.word(profile.get("username")), _LONGEST)
    limit = f"{TRAITS.text.limit} {TRAITS.text.unit.value}"
    yield InspectionRemark(
        what=f"signed in as @{name} on {context.server}; a post may have {limit}"
    )


def of_quota(quota: tuple[int, int] | None) -> Iterator[InspectionRemark]:
    """How many posts are left for the day."""
    if quota is None:
        return
    used, whole = quota
    if used >= whole:
        todo = "the bot waits until some of them are a day old"
        yield InspectionRemark(what=f"all {whole} posts of 24 hours are used up", todo=todo)
    else:
        yield InspectionRemark(what=f"{used} of {whole} posts of 24 hours are used")


def of_token(
    told: Record, ends_at: datetime | None, now: datetime, context: ErrorContext
) -> Iterator[InspectionRemark]:
    """When the token ends, and what it may do; `told` is empty where the server does not say."""
    ends_at = _ends_at(told) or ends_at
    if ends_at is not None:
        todo = ""
        if ends_at - now < _SOON:
            todo = f"see whether the bot's log says why it is not refreshed ({context.variable})"
        yield InspectionRemark(what=f"the token lasts until {ends_at:%Y-%m-%d}", todo=todo)
    scopes = json_values.words(told.get("scopes"))
    for one, why in WANTED.items() if scopes else ():
        if one not in scopes:
            todo = f"give the token in {context.variable} this permission"
            yield InspectionRemark(what=f"the token lacks {one}: {why}", todo=todo, is_problem=True)
    for one, why in USEFUL.items() if scopes else ():
        if one not in scopes:
            yield InspectionRemark(what=f"the token lacks {one}: {why}")


def _ends_at(told: Record) -> datetime | None:
    seconds = json_values.number(told.get("expires_at"))
    return datetime.fromtimestamp(seconds, UTC) if seconds and seconds < 10**11 else None
