"""The form under a tip: write a comment, and delete one's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from urllib.parse import quote, urlencode

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.app.site.comments import FieldProblem, NewComment
from bot.core.errors import BotError
from bot.core.model.site_page import Comment
from bot.core.text.sanitize import one_line
from bot.web.dependencies import SiteDependencies
from bot.web.forms.form_data import read_form
from bot.web.forms.moderation_link import link
from bot.web.middleware import error_page
from bot.web.pages.comments import anchor_of_comment
from bot.web.pages.tip import FilledForm, is_owner, published, show_tip
from bot.web.security.clients import client_key
from bot.web.security.session import is_same_origin, remember, same

HONEYPOT = "website"
"""A field that people do not see and that programs like to fill in."""

_EXPIRED = (
    "This page was open for too long, or your browser stores no cookies. "
    "Please send your reply again; if this message appears again, allow cookies for this site."
)
_TRAPPED = "Please leave the field “Website” empty; it is there to detect programs."

_log = structlog.get_logger("web")


@dataclass(frozen=True, kw_only=True, slots=True)
class CommentForm:
    """A tip's page and its form. Each POST ends in a redirect: a reload sends nothing again."""

    site: SiteDependencies

    async def tip(self, request: Request) -> Response:
        """Show a tip, its discussion and the form (GET), or accept the form (POST)."""
        if request.method != "POST":
            return await run_in_threadpool(self._show, request)
        fields = await read_form(request)
        try:
            checked = await run_in_threadpool(self._check, request, fields)
            if isinstance(checked, Response):
                return checked
            return await self.site.threads.write(self._write, request, checked)
        except BotError as error:
            tip = one_line(request.path_params["tip"])
            _log.error("comment_not_kept", tip=tip, error=str(error))
            return error_page(self.site.renderer, request, 503, words=fields.get("text"))

    async def delete(self, request: Request) -> Response:
        """Delete a comment for its writer: by their cookie, or by the token in their link."""
        if request.method == "POST":
            return await self.site.threads.write(self._delete, request, await read_form(request))
        return await run_in_threadpool(self._delete, request, None)

    def _show(self, request: Request) -> Response:
        page = published(self.site, request.path_params["tip"])
        form = FilledForm(in_reply_to=request.query_params.get("reply"))
        return show_tip(self.site, request, page, form)

    def _check(self, request: Request, fields: Mapping[str, str]) -> NewComment | Response:
        """The comment that was sent, or the answer if it is rejected."""
        draft = NewComment(
            tip=published(self.site, request.path_params["tip"]).tip,
            name=fields.get("name", ""),
            text=fields.get("text", ""),
            in_reply_to=fields.get("in_reply_to") or None,
        )
        if not self._has_token(request, fields):
            return self._reject(request, draft, 403, trouble=_EXPIRED)
        if fields.get(HONEYPOT):
            return self._reject(request, draft, 422, trouble=_TRAPPED)
        if flaws := self.site.commenting.flaws(draft, owner=self._owner(request)):
            return self._reject(request, draft, 422, flaws=flaws)
        wait = self.site.comment_limits.take(client_key(request), self.site.clock.now())
        if wait is None:
            return draft
        seconds = ceil(wait.total_seconds())
        minutes = ceil(seconds / 60)
        trouble = (
            "Too many replies in a short time. "
            f"Try again in {minutes} minute{'s' if minutes > 1 else ''}."
        )
        response = self._reject(request, draft, 429, trouble=trouble)
        response.headers["Retry-After"] = str(seconds)
        return response

    def _has_token(self, request: Request, fields: Mapping[str, str]) -> bool:
        """Whether the form came from this site in this visitor's browser."""
        visitor = self.site.visitor(request)
        expected = self.site.signer.token(visitor.secret)
        return not visitor.is_new and same(fields.get("token", ""), expected)

    def _owner(self, request: Request) -> str:
        """The visitor's id as a writer of comments."""
        return self.site.signer.owner(self.site.visitor(request).secret)

    def _reject(
        self,
        request: Request,
        draft: NewComment,
        status: int,
        *,
        trouble: str | None = None,
        flaws: Mapping[str, str] | None = None,
    ) -> Response:
        """The page again with the visitor's text; a form of another site never sets a cookie."""
        form = FilledForm(
            name=draft.name,
            text=draft.text,
            in_reply_to=draft.in_reply_to,
            trouble=trouble,
            flaws=flaws or {},
        )
        page, sets_cookie = published(self.site, draft.tip), is_same_origin(request)
        return show_tip(self.site, request, page, form, status=status, sets_cookie=sets_cookie)

    def _write(self, request: Request, draft: NewComment) -> Response:
        published(self.site, draft.tip)
        config, now = self.site.config(), self.site.clock.now()
        owner = self._owner(request)
        try:
            comment = self.site.commenting.write(draft, owner=owner, now=now, hold=config.hold)
        except FieldProblem as error:  # something changed since it was checked
            return self._reject(request, draft, 422, flaws=error.flaws)
        if comment.held:
            address = link(config.bot.site, self.site.signer, comment.id, now)
            _log.info("comment_held", tip=comment.tip, decide=address)
        response = RedirectResponse(_address_after(comment), 303)
        visitor = self.site.visitor(request)
        remember(request, response, visitor, config.bot.site, is_writer=True)
        return response

    def _delete(self, request: Request, fields: Mapping[str, str] | None) -> Response:
        """Ask for a confirmation (GET: `fields` is None), or delete the comment."""
        comment = self.site.pages.comment(request.path_params["comment"])
        if comment is None or comment.deleted_at is not None:
            raise HTTPException(404)
        permit = (request.query_params if fields is None else fields).get("permit", "")
        if not self._may_delete(request, comment, permit, fields):
            raise HTTPException(403)
        if fields is not None:
            self.site.commenting.erase(comment.id, now=self.site.clock.now())
            return RedirectResponse(f"../../tips/{quote(comment.tip)}?deleted#discussion", 303)
        return self.site.renderer.page(
            request,
            "delete.html",
            comment=comment,
            anchor=anchor_of_comment(comment.id),
            permit=permit,
            token=self.site.signer.token(self.site.visitor(request).secret),
        )

    def _may_delete(
        self, request: Request, comment: Comment, permit: str, fields: Mapping[str, str] | None
    ) -> bool:
        if comment.ours:
            return False
        if same(permit, self.site.signer.delete_token(comment.id)):
            return True
        is_meant = fields is None or self._has_token(request, fields)
        return is_meant and is_owner(self.site, self.site.visitor(request), comment)


def _address_after(comment: Comment) -> str:
    """The address at which the writer sees the comment, or that nothing was stored."""
    if comment.deleted_at is not None:
        return f"{quote(comment.tip)}?forgotten#discussion"
    return f"{quote(comment.tip)}?{urlencode({'sent': comment.id})}#{anchor_of_comment(comment.id)}"
