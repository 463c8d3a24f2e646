"""Remarks on an account on Bluesky, from its server's answers."""

from collections.abc import Iterator

from bot.core.model.inspection import InspectionRemark
from bot.core.text.sanitize import one_line
from bot.outbound import json_values
from bot.outbound.json_values import Record
from bot.platforms.bluesky import TRAITS
from bot.platforms.bluesky.http.errors import LOG_IN, ErrorContext
from bot.platforms.bluesky.http.session import Session

BOT = "bot"
"""The self-label of automated accounts, which Bluesky shows beside their names."""
_LONGEST = 80
"""Characters of a server's own word in a remark."""


def remarks(
    session: Session, told: Record, profile: Record, context: ErrorContext
) -> Iterator[InspectionRemark]:
    """Whose session it is, its state, its password, and the label of the profile."""
    handle = one_line(json_values.word(told.get("handle")) or session.handle, _LONGEST)
    limits = f"{TRAITS.text.limit} characters and {TRAITS.text.max_bytes} bytes"
    yield InspectionRemark(
        what=f"signed in as @{handle} on {context.server}; a post may have {limits}"
    )
    if told.get("active") is False:
        state = one_line(json_values.word(told.get("status")) or "not active", _LONGEST)
        yield InspectionRemark(what=f"the account is {state}", todo=LOG_IN, is_problem=True)
    if session.has_own_password:
        what = f"{context.variable} holds the account's own password"
        todo = "make an app password under Settings > Privacy and security, and put it there"
        yield InspectionRemark(what=what, todo=todo)
    if BOT not in self_labels(json_values.record(profile.get("value"))):
        todo = "mark it as automated in the Bluesky app: Settings > Account"
        yield InspectionRemark(what="the account does not say that it is a bot", todo=todo)


def self_labels(record: Record) -> set[str]:
    """The labels that somebody put on a record of theirs."""
    values = json_values.record(record.get("labels")).get("values")
    return {json_values.word(one.get("val")) for one in json_values.records(values)}
