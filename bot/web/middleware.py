"""Every response has security headers, and every error is answered with a page."""

from http import HTTPStatus

import structlog
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.core.errors import BotError
from bot.core.text.sanitize import one_line
from bot.web.rendering import Renderer

_log = structlog.get_logger("web")

RETRY_AFTER = "30"
"""Seconds after which a visitor may try again while the database cannot be used."""

_ERROR_MAX = 500
"""Characters of an error in the log."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
        "img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

ERRORS = {
    400: ("Bad request", "This site cannot read what your browser sent."),
    403: (
        "Not allowed",
        "Only its writer, or a person with its deletion link, can delete a reply.",
    ),
    404: ("Page not found", "There is no such page, or it was deleted."),
    405: ("Method not allowed", "This address does not support the request of your browser."),
    410: ("Tip removed", "This tip was published here, and the bot removed it later."),
    413: ("Too much text", "This site does not accept that much text at once."),
    415: ("Unsupported media type", "This address accepts only its own form."),
    500: ("Internal error", "This site failed to answer. The error was logged; try again later."),
    503: ("Not available", "The bot cannot use its database at the moment. Try again soon."),
}
"""A headline and a sentence for each status."""


def error_page(
    renderer: Renderer, request: Request, status: int, words: str | None = None
) -> Response:
    """The page of an error; `words` are the visitor's own text, so that they can copy it."""
    headline, sentence = ERRORS.get(status, (HTTPStatus(status).phrase, ""))
    response = renderer.page(
        request, "error.html", status=status, headline=headline, sentence=sentence, words=words
    )
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def answer_http_error(renderer: Renderer, request: Request, error: HTTPException) -> Response:
    """The page for an HTTPException."""
    response = error_page(renderer, request, error.status_code)
    response.headers.update(error.headers or {})
    return response


class SafeResponses:
    """Adds HEADERS to every response; an unexpected error becomes a page and a line in the log."""

    def __init__(self, app: ASGIApp, renderer: Renderer) -> None:
        self._app = app
        self._renderer = renderer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, with HEADERS, or with the page of an error."""
        started = False

        async def send_safely(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        try:
            await self._app(scope, receive, send_safely)
        except ClientDisconnect:  # nobody is left to be answered
            return
        except Exception as error:  # noqa: BLE001 - a reader never sees a traceback
            status = 503 if isinstance(error, BotError) else 500
            reason = reason_of(error)
            _log.error("page_failed", path=one_line(scope["path"]), status=status, error=reason)
            if not started:
                response = error_page(self._renderer, Request(scope, receive), status)
                await response(scope, receive, send_safely)


def reason_of(error: Exception) -> str:
    """The error in one line, and the place in the code of one that is not expected."""
    if isinstance(error, BotError):
        return one_line(str(error), _ERROR_MAX)
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}: {one_line(str(error), _ERROR_MAX)}{place}"
