"""A tip's page as one visitor sees it: with their own comments and their form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.app.site.comments import NAME_MAX, TEXT_MAX
from bot.core.model.site_page import Comment, Page
from bot.web.content.queries import Discussed, discussed
from bot.web.dependencies import SiteDependencies
from bot.web.pages.comments import CommentPlace, CommentView, anchor_of_comment
from bot.web.pages.pagination import Wanted
from bot.web.security.signing import same
from bot.web.security.visitor import Visitor, is_secure, remember, session_of
from bot.web.webmention.endpoints import advertise, endpoints

_NUMBER = re.compile("[1-9][0-9]{0,5}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """What stands in the form under a tip: what was typed, and what is wrong with it, by field.

    `trouble` is what is wrong with none of the fields.
    """

    name: str = ""
    text: str = ""
    in_reply_to: str | None = None
    flaws: Mapping[str, str] = field(default_factory=dict)
    trouble: str | None = None

    @property
    def is_wrong(self) -> bool:
        """Whether it was sent and could not be taken."""
        return bool(self.flaws or self.trouble)


def show_tip(
    site: SiteDependencies,
    request: Request,
    page: Page,
    *,
    form: Filled,
    status: int = 200,
    greets: bool = True,
) -> Response:
    """The page of a tip. Unless it `greets`, a new visitor gets no cookie, and no form to send."""
    visitor = session_of(request)
    found = _found(site, request, page, form)
    mine = _mine(site, visitor, found.remarks)
    parent = _parent(form, found.remarks)
    response = site.renderer.page(
        request,
        "tip.html",
        status=status,
        found=found,
        card=found.card,
        form=form if parent else replace(form, in_reply_to=None),
        parent=parent,
        token=site.seal.token(visitor.secret),
        mine=mine,
        sent=_sent(site, request, mine),
        held=_held(site, request, visitor),
        was_deleted="deleted" in request.query_params,
        was_forgotten="forgotten" in request.query_params,
        name_max=NAME_MAX,
        text_max=TEXT_MAX,
        endpoints=endpoints(site.config()),
    )
    advertise(site.config(), response)
    if visitor.is_new and greets:
        remember(response, visitor, is_secure=is_secure(request, site.config().bot.site))
    return response


def _found(site: SiteDependencies, request: Request, page: Page, form: Filled) -> Discussed:
    """What is shown of a tip. Raises HTTPException 404 where its discussion has no such part."""
    found = discussed(site, page, _wanted(request, form))
    if found is None:
        raise HTTPException(404)
    return found


def _wanted(request: Request, form: Filled) -> Wanted:
    """The part with what was just sent, with what is answered or with what a link leads to.

    Else the part whose number stands in the address.
    """
    asked = request.query_params
    comment_id = asked.get("sent") or form.in_reply_to
    target = anchor_of_comment(comment_id) if comment_id else asked.get("at")
    number = asked.get("page", "1")
    if not _NUMBER.fullmatch(number):
        raise HTTPException(404)
    return Wanted(number=int(number), anchor=target)


def is_owner(site: SiteDependencies, visitor: Visitor, comment: Comment | None) -> bool:
    """Whether this visitor wrote this comment."""
    return comment is not None and same(site.seal.owner(visitor.secret), comment.owner)


def _mine(
    site: SiteDependencies, visitor: Visitor, remarks: Iterable[CommentView]
) -> frozenset[str]:
    """The ids of the visitor's own comments among these; somebody who came just now has none."""
    if visitor.is_new:
        return frozenset()
    ids = [remark.comment for remark in remarks if remark.comment and not remark.ours]
    return site.pages.owned(site.seal.owner(visitor.secret), ids)


def _sent(site: SiteDependencies, request: Request, mine: frozenset[str]) -> tuple[str, str] | None:
    """The comment that the visitor sent just now, and the permit that deletes it from anywhere."""
    comment_id = request.query_params.get("sent", "")
    return (comment_id, site.seal.delete_token(comment_id)) if comment_id in mine else None


def _held(site: SiteDependencies, request: Request, visitor: Visitor) -> tuple[str, str] | None:
    """The comment that the visitor sent just now and that is held, and the permit to delete it."""
    comment = site.pages.comment(request.query_params.get("sent", ""))
    if comment is None or not comment.held or not is_owner(site, visitor, comment):
        return None
    return comment.id, site.seal.delete_token(comment.id)


def _parent(form: Filled, remarks: Iterable[CommentView]) -> CommentPlace | None:
    """The comment that the form answers, if it is on the page."""
    if not form.in_reply_to:
        return None
    return next((each.place for each in remarks if each.comment == form.in_reply_to), None)
