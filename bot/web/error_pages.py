"""Pages for what went wrong: each says what it is and where to go from here."""

from __future__ import annotations

from http import HTTPStatus

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.core.errors import BotError
from bot.core.text.sanitize import one_line
from bot.web.rendering import Renderer

_log = structlog.get_logger("web")

_ERROR_MAX = 500
"""Characters of an error in the log."""

SAYINGS = {
    400: ("That could not be read", "What your browser sent is not what this site expects."),
    403: ("Not yours to delete", "Only its writer, or who has its deletion link, may delete it."),
    404: ("Nothing here", "There is no such page, or what was on it was deleted."),
    405: ("Not like this", "This address does not do what your browser asked for."),
    410: ("Taken back", "This tip was here, and the bot took it back."),
    413: ("Too much", "That is more text than this site can take at once."),
    415: ("Not a form", "This address takes only what its own form sends."),
    500: ("Our mistake", "Something went wrong here. It was noted; please try again later."),
    503: ("One moment", "The bot cannot read or write its memory now. Please try again soon."),
}
"""What each status says to a person: a headline and a sentence."""


def show_problem(
    renderer: Renderer, request: Request, status: int, words: str | None = None
) -> Response:
    """The page of a problem; `words` gives back what a visitor typed, so that it is not lost."""
    headline, sentence = SAYINGS.get(status, (HTTPStatus(status).phrase, ""))
    response = renderer.page(
        request,
        "problem.html",
        status=status,
        headline=headline,
        sentence=sentence,
        words=words,
    )
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = "30"
    return response


class ErrorMiddleware:
    """Turns whatever escapes from an answer into a page, and into one line in the log."""

    def __init__(self, app: ASGIApp, renderer: Renderer) -> None:
        self._app = app
        self._renderer = renderer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, or with the page of a problem."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:  # the visitor has gone: nobody is there to be answered
            return
        except Exception as error:  # noqa: BLE001 - a reader never sees a traceback
            status = 503 if isinstance(error, BotError) else 500
            _log.error(
                "page_failed", path=one_line(scope["path"]), status=status, error=_told(error)
            )
            if not started:
                request = Request(scope, receive)
                await show_problem(self._renderer, request, status)(scope, receive, send)


def _told(error: Exception) -> str:
    """The error in one line; of one that we did not foresee, also its place in the code."""
    if isinstance(error, BotError):
        return one_line(str(error), _ERROR_MAX)
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}: {one_line(str(error), _ERROR_MAX)}{place}"


def answer_http_error(request: Request, error: Exception) -> Response:
    """The page for a status that was raised on purpose."""
    if not isinstance(error, HTTPException):
        raise error
    response = show_problem(request.app.state.renderer, request, error.status_code)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response
