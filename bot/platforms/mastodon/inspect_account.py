"""Remarks on an account on a Mastodon server, from the server's answers."""

from collections.abc import Iterator, Sequence

from bot.core.model.config import AcknowledgementStyle
from bot.core.model.inspection import InspectionRemark
from bot.core.text.sanitize import one_line
from bot.platforms.mastodon.http import json_values
from bot.platforms.mastodon.http.errors import SCOPES
from bot.platforms.mastodon.http.json_values import Record
from bot.platforms.mastodon.instance import PLAIN, Instance

_LIKES = "write:favourites"
_PICTURES = "write:media"
_LONGEST = 80
"""Characters of a server's own word in a remark."""
_STATES = {
    "suspended": "its server has suspended the account",
    "limited": "its server has limited the account: only followers see its posts",
    "locked": "new followers have to be approved",
    "moved": "the account has moved to another server",
}
"""States in an account document whose value is not false, and their meaning."""


def standing(account: Record, server: Instance) -> Iterator[InspectionRemark]:
    """The account's name and state, and the server's limits; raises nothing for odd documents."""
    name = one_line(str(account.get("acct") or account.get("username")), _LONGEST)
    cost = "counts in full" if server.link_cost is None else f"counts {server.link_cost}"
    yield InspectionRemark(
        what=f"signed in as @{name} on {one_line(server.domain, _LONGEST)} ({server.family.name});"
        f" a post may have {server.limit} characters, and a link {cost}"
    )
    if account.get("bot") is not True:
        todo = "tick the box for automated accounts in its profile, so that people know"
        yield InspectionRemark(what="the account does not say that it is a bot", todo=todo)
    for key, meaning in _STATES.items():
        if account.get(key):
            todo = "look at its settings on the server"
            yield InspectionRemark(
                what=meaning, todo=todo, is_problem=key in {"suspended", "moved"}
            )


def defaults(account: Record, server: Instance) -> Iterator[InspectionRemark]:
    """The account's defaults for posts, which each of our posts overrides."""
    source = json_values.record(account.get("source"))
    visibility = json_values.word(source.get("privacy"))
    if visibility not in {None, "public"}:
        told = one_line(visibility or "", _LONGEST)
        yield InspectionRemark(what=f"its default visibility is {told}; each post names its own")
    form = json_values.word(source.get("status_content_type"))
    if form not in {None, PLAIN}:
        told = one_line(form or "", _LONGEST)
        yield InspectionRemark(
            what=f"its default post format is {told}; tips are sent as plain text"
        )
    elif form is None and server.has_formats:
        what = "the server knows post formats, but not which is the default; tips are plain text"
        yield InspectionRemark(what=what)


def scopes(
    app: Record, acknowledge: AcknowledgementStyle, variable: str
) -> Iterator[InspectionRemark]:
    """Which scopes the token's application lacks, where the server tells them.

    Only of the application it tells: a token that was made before they were ticked has fewer.
    """
    told = app.get("scopes", app.get("scope"))
    listed = told if isinstance(told, list) else [told]
    granted = [scope for one in listed if isinstance(one, str) for scope in one.split()]
    if not granted:
        what = "the server does not tell the token's scopes; writing was not tried"
        yield InspectionRemark(what=what, todo=f"make sure that it has {SCOPES}")
        return
    missing = [one for one in SCOPES.split() if not _covers(granted, one)]
    if not missing:
        what = "the token's application has all scopes that the bot needs"
        yield InspectionRemark(what=what, todo="make the token anew if it is older than its scopes")
        return
    likes = acknowledge is AcknowledgementStyle.FAVOURITE
    spared = {_PICTURES} if likes else {_PICTURES, _LIKES}
    yield InspectionRemark(
        what=f"the token's application lacks {' '.join(missing)}",
        todo=f"tick them there, make the token anew and put it into {variable}",
        is_problem=not spared.issuperset(missing),
    )


def _covers(granted: Sequence[str], needed: str) -> bool:
    return needed in granted or needed.partition(":")[0] in granted
