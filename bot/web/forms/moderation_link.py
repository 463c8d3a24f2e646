"""Held comments: with a signed link the operator reads one, and shows or erases it.

Everybody with the link may decide. Opening it changes nothing, since programs open links, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.app.moderation.visibility import approve, refuse
from bot.core.errors import UsageError
from bot.core.model.entry import Entry, Standing
from bot.core.model.site_page import Comment
from bot.core.text.markup.markdown import plain
from bot.core.text.sanitize import harmless, number
from bot.web.content.queries import site_account
from bot.web.content.sanitize_html import paragraphs, web_address
from bot.web.dependencies import SiteDependencies
from bot.web.forms.form_data import read_form
from bot.web.pages.comments import anchor_of_comment
from bot.web.security.session import Signer, same

LINK_LASTS = timedelta(days=7)
"""How long a link can be used; `tipsbot status` makes another."""

_DECISIONS = {"approve": approve, "refuse": refuse}

_log = structlog.get_logger("web")


def link(site: str, signer: Signer, comment_id: str, now: datetime) -> str:
    """The address at which to decide on a held comment; the same all day."""
    until = (now + LINK_LASTS).toordinal()
    token = signer.moderation_token(comment_id, until)
    return f"{site}/held/{quote(comment_id, safe='')}/{until}/{token}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ModerationPages:
    """The pages at the signed links."""

    site: SiteDependencies

    async def answer(self, request: Request) -> Response:
        """Show the comment (GET), or carry out the decision (POST)."""
        if request.method == "POST":
            fields = await read_form(request)
            response = await self.site.threads.write(self._answer, request, fields)
        else:
            response = await run_in_threadpool(self._answer, request, None)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _answer(self, request: Request, fields: Mapping[str, str] | None) -> Response:
        """Show or decide. Raises HTTPException 404 for a link that the bot did not make."""
        comment_id = request.path_params["comment"]
        day = number(request.path_params["until"], 9) or 0
        comment = self.site.pages.comment(comment_id)
        token = self.site.signer.moderation_token(comment_id, day)
        if comment is None or not same(request.path_params["token"], token):
            raise HTTPException(404)
        is_late = self.site.clock.now().toordinal() > day
        if fields is None or is_late:
            return self._show(request, comment, is_late=is_late)
        self._decide(comment, fields.get("answer", ""))
        return RedirectResponse(request.url.path.rpartition("/")[2], 303)

    def _show(self, request: Request, comment: Comment, *, is_late: bool) -> Response:
        page, entry = self.site.pages.get(comment.tip), self._entry(comment)
        return self.site.renderer.page(
            request,
            "held.html",
            status=410 if is_late else 200,
            comment=comment,
            title=harmless(plain(page.post.title)) if page else comment.tip,
            source=web_address(comment.source),
            name=harmless(comment.name),
            words=paragraphs(comment.text),
            anchor=anchor_of_comment(comment.id),
            is_late=is_late,
            is_hidden=entry is not None and entry.standing is Standing.HIDDEN,
        )

    def _entry(self, comment: Comment) -> Entry | None:
        """The comment's entry in the discussion."""
        with self.site.store.reading() as tx:
            return tx.log.find(site_account(self.site.config()), comment.id)

    def _decide(self, comment: Comment, answer: str) -> None:
        """Approve or refuse the comment, unless that was decided before."""
        entry, decide = self._entry(comment), _DECISIONS.get(answer)
        if decide is None:
            raise HTTPException(400)
        if entry is None:  # it is read within a minute
            raise HTTPException(503)
        try:
            with self.site.store.writing() as tx:
                decide(tx, entry.id, self.site.clock.now())
        except UsageError:
            return
        _log.info("comment_settled", entry=entry.id, answer=answer)
