"""Endpoints where other sites announce a link to a tip: Webmention, and pingback over XML-RPC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.app.site.webmention import Refusal, TooMany
from bot.core.discussion.webmention import LinkNotice, takes
from bot.core.errors import BotError
from bot.web.dependencies import SiteDependencies
from bot.web.forms.form_data import read_body, read_form
from bot.web.security.clients import client_key
from bot.web.webmention import xmlrpc
from bot.web.webmention.xmlrpc import Code, Fault

_XML = "text/xml; charset=utf-8"
_THANKS = "Thank you. The page will be read soon, and shown under the tip if it links to it.\n"
_KNOWN = "This link is known; its page will be read again. There is no more information about it."
"""The same whatever was found before, to reveal neither what the bot can reach nor its DNS."""
_LATER = "Too many requests in a short time. Please try again later.\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class WebmentionEndpoints:
    """Accept notices of links. The linking pages are read later."""

    site: SiteDependencies

    async def webmention(self, request: Request) -> Response:
        """Accept a Webmention: 202 if the page will be read, else 400."""
        self._require(LinkNotice.WEBMENTION)
        try:
            fields = await read_form(request)
        except HTTPException as error:
            text = "Send a form with source and target.\n"
            return PlainTextResponse(text, 400, headers=error.headers)
        return await self.site.threads.write(self._webmention, request, fields)

    async def pingback(self, request: Request) -> Response:
        """Accept a pingback: an answer in XML-RPC, faults included."""
        self._require(LinkNotice.PINGBACK)
        body = await read_body(request, xmlrpc.BODY_MAX)
        try:
            answer = xmlrpc.success(await self.site.threads.write(self._pingback, request, body))
        except Fault as fault:
            answer = xmlrpc.failure(fault)
        except BotError:
            answer = xmlrpc.failure(
                Fault(Code.UPSTREAM, "The bot cannot use its database at the moment.")
            )
        return Response(answer, media_type=_XML)

    def _require(self, protocol: LinkNotice) -> None:
        """Raises HTTPException 404 if the operator turned this protocol off."""
        if not takes(self.site.config(), protocol):
            raise HTTPException(404)

    def _webmention(self, request: Request, fields: Mapping[str, str]) -> Response:
        if (wait := self._wait(request)) is not None:
            headers = {"Retry-After": str(ceil(wait.total_seconds()))}
            return PlainTextResponse(_LATER, 429, headers=headers)
        config, now = self.site.config(), self.site.clock.now()
        source, target = fields.get("source", ""), fields.get("target", "")
        try:
            self.site.receiving.take(source, target, LinkNotice.WEBMENTION, config, now)
        except Refusal as refusal:
            return PlainTextResponse(f"{refusal}\n", 503 if isinstance(refusal, TooMany) else 400)
        return PlainTextResponse(_THANKS, 202)

    def _pingback(self, request: Request, body: bytes) -> str:
        """The answer to an accepted pingback. Raises Fault for one that is refused or known."""
        source, target = xmlrpc.read(body)
        if self._wait(request) is not None:
            raise Fault(Code.DENIED, _LATER.strip())
        config, now = self.site.config(), self.site.clock.now()
        try:
            known = self.site.receiving.take(source, target, LinkNotice.PINGBACK, config, now)
        except Refusal as refusal:
            raise Fault(xmlrpc.code_of(refusal), str(refusal)) from refusal
        if known is not None:
            raise Fault(Code.KNOWN, _KNOWN)
        return _THANKS.strip()

    def _wait(self, request: Request) -> timedelta | None:
        """How long a sender has to wait, or None."""
        return self.site.webmention_limits.take(client_key(request), self.site.clock.now())
