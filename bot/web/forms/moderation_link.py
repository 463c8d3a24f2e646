"""Held comments: by a sealed link the operator reads one, and lets it be shown or erases it.

Whoever has the link may decide. To open it changes nothing, since programs open links, too.
"""

from __future__ import annotations

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
from bot.core.text.sanitize import harmless, number
from bot.web.content.html import paragraphs, web_address
from bot.web.content.queries import home_of
from bot.web.dependencies import SiteDependencies
from bot.web.forms.form_data import read_form
from bot.web.pages.comments import anchor_of_comment
from bot.web.security.signing import Signer, same

LINK_LASTS = timedelta(days=7)
"""How long a link can be used; `tipsbot status` makes another."""

_log = structlog.get_logger("web")


def link(site: str, seal: Signer, comment_id: str, now: datetime) -> str:
    """The address at which to decide on a held comment; the same all day."""
    until = (now + LINK_LASTS).toordinal()
    token = seal.moderation_token(comment_id, until)
    return f"{site}/held/{quote(comment_id, safe='')}/{until}/{token}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ModerationPages:
    """Answers to the sealed links."""

    site: SiteDependencies

    async def answer(self, request: Request) -> Response:
        """Show the comment (GET), or do with it what was pressed (POST)."""
        if request.method == "POST":
            fields = await read_form(request)
            response = await self.site.threads.write(self._answer, request, fields)
        else:
            response = await run_in_threadpool(self._answer, request, None)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _answer(self, request: Request, fields: dict[str, str] | None) -> Response:
        comment, is_late = self._asked(request)
        if fields is None or is_late:
            return self._show(request, comment, is_late=is_late)
        self._decide(comment, fields.get("answer", ""))
        return RedirectResponse(request.url.path.rpartition("/")[2], 303)

    def _asked(self, request: Request) -> tuple[Comment, bool]:
        """The comment of the link, and whether the link is too old. 404 for what we never made."""
        comment_id, until = request.path_params["comment"], request.path_params["until"]
        day = number(until, 9) or 0
        comment = self.site.pages.comment(comment_id)
        seal = self.site.seal.moderation_token(comment_id, day)
        if comment is None or not same(request.path_params["seal"], seal):
            raise HTTPException(404)
        return comment, self.site.clock.now().toordinal() > day

    def _show(self, request: Request, comment: Comment, *, is_late: bool) -> Response:
        page = self.site.pages.get(comment.tip)
        return self.site.renderer.page(
            request,
            "held.html",
            status=410 if is_late else 200,
            comment=comment,
            title=harmless(page.post.title) if page else comment.tip,
            source=web_address(comment.source),
            name=harmless(comment.name),
            words=paragraphs(comment.text),
            anchor=anchor_of_comment(comment.id),
            is_late=is_late,
            is_hidden=self._is_hidden(comment),
        )

    def _is_hidden(self, comment: Comment) -> bool:
        """Whether the operator hid it: then there is nothing to decide."""
        entry = self._entry(comment)
        return entry is not None and entry.standing is Standing.HIDDEN

    def _entry(self, comment: Comment) -> Entry | None:
        """What the log has of it."""
        with self.site.store.reading() as tx:
            return tx.log.find(home_of(self.site.config()), comment.id)

    def _decide(self, comment: Comment, answer: str) -> None:
        """Approve or refuse; what was settled already stays as it is."""
        entry = self._entry(comment)
        if answer not in {"approve", "refuse"}:
            raise HTTPException(400)
        if entry is None:  # it is heard within a minute
            raise HTTPException(503)
        try:
            with self.site.store.writing() as tx:
                act = approve if answer == "approve" else refuse
                act(tx, entry.id, self.site.clock.now())
        except UsageError:
            return
        _log.info("comment_settled", entry=entry.id, answer=answer)
