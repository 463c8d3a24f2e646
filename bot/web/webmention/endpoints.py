"""Where other sites say that they link to a tip: Webmention, and pingbacks over XML-RPC."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.app.site.webmention import Refusal, TooMany
from bot.core.discussion.webmention import LinkNotice, takes
from bot.core.errors import BotError
from bot.core.model.config import Config
from bot.web.dependencies import SiteDependencies
from bot.web.forms.form_data import read_body, read_form
from bot.web.security.visitor import client_key
from bot.web.webmention import xmlrpc
from bot.web.webmention.xmlrpc import Code, Fault

_XML = "text/xml; charset=utf-8"
_THANKS = "Thank you. The page will be looked at soon, and shown under the tip if it links to it.\n"
_UNWRITABLE = Fault(Code.UPSTREAM, "The bot cannot write just now.")
_LATER = "That was too much in a short time. Please try again later.\n"


def endpoints(config: Config) -> dict[str, str]:
    """Where pings are taken now: the address by the name of the protocol, which is its `rel`."""
    return {
        protocol.value: f"{config.bot.site}/{protocol.value}"
        for protocol in LinkNotice
        if takes(config, protocol)
    }


def advertise(config: Config, response: Response) -> None:
    """Say the same in the headers of a tip's page."""
    known = endpoints(config)
    if (address := known.get(LinkNotice.WEBMENTION.value)) is not None:
        response.headers["Link"] = f'<{address}>; rel="{LinkNotice.WEBMENTION.value}"'
    if (address := known.get(LinkNotice.PINGBACK.value)) is not None:
        response.headers["X-Pingback"] = address


@dataclass(frozen=True, kw_only=True, slots=True)
class WebmentionEndpoints:
    """Answers to pings. No page is looked at here: that takes time, and comes after."""

    site: SiteDependencies

    async def webmention(self, request: Request) -> Response:
        """Take a Webmention: 202 where the page will be looked at, 400 where it will not."""
        self._check(LinkNotice.WEBMENTION)
        try:
            fields = await read_form(request)
        except HTTPException as error:
            words = "Send a form with source and target.\n"
            return PlainTextResponse(words, 400, headers=error.headers)
        return await self.site.threads.write(self._webmention, request, fields)

    async def pingback(self, request: Request) -> Response:
        """Take a pingback: an answer in XML-RPC, faults included."""
        self._check(LinkNotice.PINGBACK)
        body = await read_body(request, xmlrpc.BODY_MAX)
        try:
            return await self.site.threads.write(self._pingback, request, body)
        except BotError:
            return Response(xmlrpc.fault(_UNWRITABLE), media_type=_XML)

    def _check(self, protocol: LinkNotice) -> None:
        """Raises HTTPException 404 where the operator wants none of these."""
        if not takes(self.site.config(), protocol):
            raise HTTPException(404)

    def _webmention(self, request: Request, fields: dict[str, str]) -> Response:
        if (wait := self._wait(request)) is not None:
            seconds = {"Retry-After": str(ceil(wait.total_seconds()))}
            return PlainTextResponse(_LATER, 429, headers=seconds)
        config, now = self.site.config(), self.site.clock.now()
        source, target = fields.get("source", ""), fields.get("target", "")
        try:
            self.site.receiving.take(source, target, LinkNotice.WEBMENTION, config, now)
        except Refusal as refusal:
            return PlainTextResponse(f"{refusal}\n", 503 if isinstance(refusal, TooMany) else 400)
        return PlainTextResponse(_THANKS, 202)

    def _pingback(self, request: Request, body: bytes) -> Response:
        def taken() -> str:
            source, target = xmlrpc.read(body)
            if self._wait(request) is not None:
                raise Fault(Code.DENIED, _LATER.strip())
            return self._pinged(source, target)

        return Response(_answered(taken), media_type=_XML)

    def _pinged(self, source: str, target: str) -> str:
        """Thanks; of a pair that was told before, whatever came of it, only that it was."""
        config, now = self.site.config(), self.site.clock.now()
        try:
            known = self.site.receiving.take(source, target, LinkNotice.PINGBACK, config, now)
        except Refusal as refusal:
            raise Fault(xmlrpc.code_of(refusal), str(refusal)) from refusal
        if known is not None:
            raise Fault(Code.KNOWN, xmlrpc.KNOWN)
        return _THANKS.strip()

    def _wait(self, request: Request) -> timedelta | None:
        """How long a sender has to wait, or None."""
        return self.site.ping_patience.take(client_key(request), self.site.clock.now())


def _answered(taken: Callable[[], str]) -> bytes:
    """What was taken, or why not, in XML-RPC."""
    try:
        return xmlrpc.thanks(taken())
    except Fault as fault:
        return xmlrpc.fault(fault)
