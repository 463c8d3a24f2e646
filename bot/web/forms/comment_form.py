"""What visitors may change: write a comment, and delete their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from urllib.parse import quote, urlencode

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.app.site.comments import FieldProblem, NewComment
from bot.core.errors import BotError
from bot.core.model.site_page import Comment, Page
from bot.web.dependencies import SiteDependencies
from bot.web.error_pages import show_problem
from bot.web.forms.form_data import read_form
from bot.web.forms.moderation_link import link
from bot.web.pages.comments import anchor_of_comment
from bot.web.pages.tip import Filled, is_owner, show_tip
from bot.web.pages.views import published
from bot.web.security.signing import same
from bot.web.security.visitor import came_from_here, client_key, is_secure, remember, session_of

HONEYPOT = "website"
"""A field that people do not see and that programs like to fill in."""

_STRANGER = (
    "This page was open for too long, or your browser keeps no cookies. "
    "Please send your reply once more; if this comes again, allow cookies for this site."
)
_TRAPPED = "Please leave the field “Website” empty; it is there to catch programs."

_log = structlog.get_logger("web")


@dataclass(frozen=True, kw_only=True, slots=True)
class CommentForm:
    """Answers to POST. Each ends in a redirect, so that a reload sends nothing again."""

    site: SiteDependencies

    async def reply(self, request: Request) -> Response:
        """Take the form under a tip."""
        checked = await run_in_threadpool(self._checked, request, await read_form(request))
        if isinstance(checked, Response):
            return checked
        try:
            return await self.site.threads.write(self._write, request, checked)
        except BotError as error:
            _log.error("comment_not_kept", tip=checked.tip, error=str(error))
            return show_problem(self.site.renderer, request, 503, words=checked.text)

    async def delete(self, request: Request) -> Response:
        """Delete a comment for its writer: by their cookie, or by the permit in their link."""
        if request.method == "POST":
            return await self.site.threads.write(self._delete, request, await read_form(request))
        return await run_in_threadpool(self._delete, request, None)

    def _checked(self, request: Request, fields: dict[str, str]) -> NewComment | Response:
        """The comment that was sent, or the answer where it cannot be taken."""
        page = published(self.site, request.path_params["tip"])
        draft = NewComment(
            tip=page.tip,
            name=fields.get("name", ""),
            text=fields.get("text", ""),
            in_reply_to=fields.get("in_reply_to") or None,
        )
        if not self._is_ours(request, fields):
            return self._again(request, page, draft, 403, trouble=_STRANGER)
        if fields.get(HONEYPOT):
            return self._again(request, page, draft, 422, trouble=_TRAPPED)
        if flaws := self.site.commenting.flaws(draft, owner=self._owner(request)):
            return self._again(request, page, draft, 422, flaws=flaws)
        wait = self.site.patience.take(client_key(request), self.site.clock.now())
        if wait is not None:
            return self._later(request, page, draft, wait)
        return draft

    def _is_ours(self, request: Request, fields: dict[str, str]) -> bool:
        """Whether the form came from our page in this visitor's browser."""
        visitor = session_of(request)
        return not visitor.is_new and same(
            fields.get("token", ""), self.site.seal.token(visitor.secret)
        )

    def _owner(self, request: Request) -> str:
        """Who the visitor is as a writer of comments."""
        return self.site.seal.owner(session_of(request).secret)

    def _again(
        self,
        request: Request,
        page: Page,
        draft: NewComment,
        status: int,
        *,
        trouble: str | None = None,
        flaws: dict[str, str] | None = None,
    ) -> Response:
        """The page once more with what was typed; a form from elsewhere never sets a cookie."""
        form = Filled(
            name=draft.name,
            text=draft.text,
            in_reply_to=draft.in_reply_to,
            trouble=trouble,
            flaws=flaws or {},
        )
        return show_tip(
            self.site, request, page, form=form, status=status, greets=came_from_here(request)
        )

    def _later(self, request: Request, page: Page, draft: NewComment, wait: timedelta) -> Response:
        seconds = ceil(wait.total_seconds())
        minutes = ceil(seconds / 60)
        trouble = (
            "That were many replies in a short time. "
            f"Please send this one again in {minutes} minute{'s' if minutes > 1 else ''}."
        )
        response = self._again(request, page, draft, 429, trouble=trouble)
        response.headers["Retry-After"] = str(seconds)
        return response

    def _write(self, request: Request, draft: NewComment) -> Response:
        page = published(self.site, draft.tip)
        owner, now, hold = self._owner(request), self.site.clock.now(), self.site.config().hold
        try:
            comment = self.site.commenting.write(draft, owner=owner, now=now, hold=hold)
        except FieldProblem as error:  # something changed since it was checked
            return self._again(request, page, draft, 422, flaws=error.flaws)
        if comment.held:
            self._tell(comment)
        response = RedirectResponse(_place(comment), 303)
        secure = is_secure(request, self.site.config().bot.site)
        remember(response, session_of(request), is_secure=secure, is_writer=True)
        return response

    def _tell(self, comment: Comment) -> None:
        """Tell the operator that a comment waits to be read."""
        site = self.site
        where = link(site.config().bot.site, site.seal, comment.id, site.clock.now())
        _log.info("comment_held", tip=comment.tip, decide=where)

    def _delete(self, request: Request, fields: dict[str, str] | None) -> Response:
        """Show what is to be deleted (GET: `fields` is None), or delete it."""
        comment = self.site.pages.comment(request.path_params["comment"])
        if comment is None or comment.deleted_at is not None:
            raise HTTPException(404)
        permit = (request.query_params if fields is None else fields).get("permit", "")
        if not self._may_delete(request, comment, permit, fields):
            raise HTTPException(403)
        if fields is None:
            return self._confirm(request, comment, permit)
        self.site.commenting.erase(comment.id, now=self.site.clock.now())
        return RedirectResponse(f"../../tips/{quote(comment.tip)}?deleted#discussion", 303)

    def _may_delete(
        self, request: Request, comment: Comment, permit: str, fields: dict[str, str] | None
    ) -> bool:
        if comment.ours:
            return False
        if same(permit, self.site.seal.delete_token(comment.id)):
            return True
        is_meant = fields is None or self._is_ours(request, fields)
        return is_meant and is_owner(self.site, session_of(request), comment)

    def _confirm(self, request: Request, comment: Comment, permit: str) -> Response:
        token = self.site.seal.token(session_of(request).secret)
        return self.site.renderer.page(
            request,
            "delete.html",
            comment=comment,
            anchor=anchor_of_comment(comment.id),
            permit=permit,
            token=token,
        )


def _place(comment: Comment) -> str:
    """Where the page tells its writer what became of a comment."""
    if comment.deleted_at is not None:
        return f"{quote(comment.tip)}?forgotten#discussion"
    return f"{quote(comment.tip)}?{urlencode({'sent': comment.id})}#{anchor_of_comment(comment.id)}"
