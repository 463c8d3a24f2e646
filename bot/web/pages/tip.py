"""A tip's page as one visitor sees it: with their own comments and their form."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.app.site.comments import NAME_MAX, TEXT_MAX
from bot.core.discussion.webmention import LinkNotice, takes
from bot.core.model.config import Config
from bot.core.model.site_page import Comment, Page
from bot.web.content.queries import TipPage, tip_page
from bot.web.dependencies import SiteDependencies
from bot.web.pages.comments import CommentPlace, CommentView, anchor_of_comment
from bot.web.security.session import Visitor, remember, same

_NUMBER = re.compile("[1-9][0-9]{0,5}")


@dataclass(frozen=True, kw_only=True, slots=True)
class FilledForm:
    """The values of the form under a tip, and what is wrong with them.

    `flaws` are errors by field, `trouble` is an error of the whole form.
    """

    name: str = ""
    text: str = ""
    in_reply_to: str | None = None
    flaws: Mapping[str, str] = field(default_factory=dict)
    trouble: str | None = None

    @property
    def is_wrong(self) -> bool:
        """Whether it was sent and rejected."""
        return bool(self.flaws or self.trouble)


def published(site: SiteDependencies, tip: str) -> Page:
    """The page of a tip. Raises HTTPException: 404 if it was never up, 410 if it was retracted."""
    page = site.pages.get(tip)
    if page is None:
        raise HTTPException(404)
    if page.gone is not None:
        raise HTTPException(410)
    return page


def show_tip(
    site: SiteDependencies,
    request: Request,
    page: Page,
    form: FilledForm,
    *,
    status: int = 200,
    sets_cookie: bool = True,
) -> Response:
    """The page of a tip. Without a cookie, a new visitor cannot send the form.

    Raises HTTPException 404 if the discussion has no such page.
    """
    visitor = site.visitor(request)
    found = _tip_page(site, request, page, form)
    mine = _own_comments(site, visitor, found.comments)
    parent = _parent(found, form)
    endpoints = webmention_endpoints(site.config())
    response = site.renderer.page(
        request,
        "tip.html",
        status=status,
        found=found,
        card=found.card,
        form=form if parent else replace(form, in_reply_to=None),
        parent=parent,
        token=site.signer.token(visitor.secret),
        mine=mine,
        sent=_sent(site, request, mine),
        held=_held(site, request, visitor),
        was_deleted="deleted" in request.query_params,
        was_forgotten="forgotten" in request.query_params,
        name_max=NAME_MAX,
        text_max=TEXT_MAX,
        endpoints=endpoints,
    )
    _add_link_headers(response, endpoints)
    if visitor.is_new and sets_cookie:
        remember(request, response, visitor, site.config().bot.site)
    return response


def _parent(found: TipPage, form: FilledForm) -> CommentPlace | None:
    """The comment that the form answers, if it is on the page."""
    if not form.in_reply_to:
        return None
    return next((one.place for one in found.comments if one.comment == form.in_reply_to), None)


def webmention_endpoints(config: Config) -> dict[str, str]:
    """The addresses that accept notices of links, by the protocol's name, which is its `rel`."""
    return {
        protocol.value: f"{config.bot.site}/{protocol.value}"
        for protocol in LinkNotice
        if takes(config, protocol)
    }


def _add_link_headers(response: Response, endpoints: Mapping[str, str]) -> None:
    if (address := endpoints.get(LinkNotice.WEBMENTION.value)) is not None:
        response.headers["Link"] = f'<{address}>; rel="{LinkNotice.WEBMENTION.value}"'
    if (address := endpoints.get(LinkNotice.PINGBACK.value)) is not None:
        response.headers["X-Pingback"] = address


def _tip_page(site: SiteDependencies, request: Request, page: Page, form: FilledForm) -> TipPage:
    """The page of the discussion with the sent, answered or linked entry.

    Without such an entry, the page whose number is in the address.
    """
    query = request.query_params
    comment_id = query.get("sent") or form.in_reply_to
    wanted = anchor_of_comment(comment_id) if comment_id else query.get("at")
    number = query.get("page", "1")
    found = None
    if _NUMBER.fullmatch(number):
        found = tip_page(site, page, int(number), wanted)
    if found is None:
        raise HTTPException(404)
    return found


def is_owner(site: SiteDependencies, visitor: Visitor, comment: Comment | None) -> bool:
    """Whether this visitor wrote this comment."""
    return comment is not None and same(site.signer.owner(visitor.secret), comment.owner)


def _own_comments(
    site: SiteDependencies, visitor: Visitor, comments: Iterable[CommentView]
) -> frozenset[str]:
    """The ids of the visitor's own comments among these."""
    if visitor.is_new:
        return frozenset()
    ids = [one.comment for one in comments if one.comment and not one.ours]
    return site.pages.owned(site.signer.owner(visitor.secret), ids)


def _sent(site: SiteDependencies, request: Request, mine: frozenset[str]) -> tuple[str, str] | None:
    """The comment that the visitor sent just now, and the token that deletes it from anywhere."""
    comment_id = request.query_params.get("sent", "")
    return (comment_id, site.signer.delete_token(comment_id)) if comment_id in mine else None


def _held(site: SiteDependencies, request: Request, visitor: Visitor) -> tuple[str, str] | None:
    """The same for a comment that is held."""
    comment_id = request.query_params.get("sent")
    comment = site.pages.comment(comment_id) if comment_id else None
    if comment is None or not comment.held or not is_owner(site, visitor, comment):
        return None
    return comment.id, site.signer.delete_token(comment.id)
