"""The HTTP session of one call: bounded in time, and aware of how far a request came."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from bot.core.ports.network_state import Counted
from bot.core.text.redact import Redactor
from bot.outbound import rate_limits
from bot.outbound.rate_limits import AccountLimits
from bot.outbound.session import Carrier, Session, TooLarge, not_sent, read_body
from bot.platforms.mastodon.http import json_values
from bot.platforms.mastodon.urls import end_point

PATIENCE = 50.0
"""Seconds that all requests of one call may take together."""
CONNECT = 10.0
"""Seconds to reach the server."""
SILENCE = 30.0
"""Seconds without a byte from the server."""
HOPS = 3
"""Redirects that a question may take."""
WAIT = timedelta(minutes=5)
"""How long to hold back where a server says "too many" without a usable time."""
LONGEST_WAIT = timedelta(hours=1)

_HEADERS = ("retry-after", "x-ratelimit-reset", "ratelimit-reset")
"""The headers that tell, the first of them that can be read counts."""

_MOVED = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410})


class RequestProgress(Enum):
    """How far a request came."""

    UNSENT = "unsent"
    """proven: no byte of it left"""
    SENT = "sent"
    """it may have arrived"""
    ANSWERED = "answered"
    """the server's answer began; `status` says how"""


class HeldBack(requests.RequestException):
    """The server takes no more requests of this kind for now, so this one was not sent."""


class HttpSession(Session):
    """The connections of one call, fresh each time: threads share nothing, nothing goes stale.

    Only questions follow redirects, and only within the server: a redirected post would be
    repeated as a question, and a token is for one server. The answer is passed on without its
    headers: the client library reads hints in them, and fails on an odd one when the post is
    already made. An end point that has answered 429 gets no request before its reset: `limits`
    keeps that from one call to the next, for all that the server counts together (`counted`). The
    attributes below describe the latest request, with the token redacted.
    """

    progress: RequestProgress
    status: int | None
    headers_seen: Mapping[str, str]
    #: the refusal in the server's own form, if the answer is one
    refusal: str | None
    #: whether the answer is a list; the library makes a list, and an empty one, of anything
    is_list: bool
    is_too_large: bool
    #: how long the end point takes no requests, where the request was held back for that
    held_back: timedelta | None
    why: str

    def __init__(
        self,
        patience: float = PATIENCE,
        carrier: Carrier | None = None,
        *,
        limits: AccountLimits | None = None,
        counted: Counted = Counted.TOKEN,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        redactor: Redactor | None = None,
    ) -> None:
        super().__init__(carrier)
        self._redactor = redactor or Redactor(())
        self._limits = limits or AccountLimits()
        self._counted = counted
        self._now = now
        self._forget()
        self._until = time.monotonic() + patience

    @property
    def says_gone(self) -> bool:
        """Whether the server itself says that there is no such thing."""
        return self.status in _GONE and self.refusal is not None

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        """Send one request and read its whole answer."""
        kwargs |= {"allow_redirects": False, "stream": True}
        for hop in range(HOPS + 1):
            response = self._send_once(method, url, *args, **kwargs)
            if self.status not in _MOVED:
                if hop:  # a refusal there is not one of the request
                    self.refusal = None
                return response
            onward = urljoin(url, self.headers_seen.get("location", ""))
            if method != "GET" or _origin(onward) != _origin(url):
                break
            # The address that we are sent on to carries the query already.
            url, kwargs = onward, {**kwargs, "params": None}
        raise requests.TooManyRedirects(self.headers_seen.get("location", ""))

    def _send_once(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:
        self._forget()
        kind = end_point(method, url)
        self._hold_back(kind)
        kwargs["timeout"] = (min(CONNECT, self._left()), min(SILENCE, self._left()))
        try:
            self.progress = RequestProgress.SENT
            response = super().request(method, url, *args, **kwargs)
        except Exception as error:
            self._classify(error)
            raise
        self.progress, self.status = RequestProgress.ANSWERED, response.status_code
        self.headers_seen = CaseInsensitiveDict(self._redactor.value(dict(response.headers)))
        try:
            with response:
                self._read(response)
        finally:
            self._note_limit(kind)
        return response

    def _hold_back(self, kind: str) -> None:
        """Raise HeldBack where the end point takes no requests now."""
        self.held_back = self._limits.wait(kind, self._now())
        if self.held_back is not None:
            raise HeldBack(kind)

    def _note_limit(self, kind: str) -> None:
        """Note a limit: what stands before a server, and answers in its place, counts addresses."""
        if self.status == 429:
            counted = self._counted if self.refusal is not None else Counted.ADDRESS
            now = self._now()
            self._limits.hold(counted, kind, now, asked_wait(self.headers_seen, now))

    def _forget(self) -> None:
        """Begin anew: nothing of the next request has left yet."""
        self.progress = RequestProgress.UNSENT
        self.status = None
        self.headers_seen = {}
        self.refusal = self.held_back = None
        self.is_list = self.is_too_large = False
        self.why = "there was no time left to ask"

    def _left(self) -> float:
        """The seconds that this call still has; raises when there are none."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise requests.Timeout("the call has lasted too long")
        return left

    def _classify(self, error: Exception) -> None:
        proof = not_sent(error)
        self.why = proof or "the connection broke or gave no answer in time"
        if proof:
            self.progress = RequestProgress.UNSENT

    def _read(self, response: requests.Response) -> None:
        """Read the body as it arrives, however slowly, up to its largest size."""
        try:
            body = self._redactor.body(read_body(response, self._until))
        except TooLarge:
            self.is_too_large = True
            raise
        self.is_list = body.lstrip().startswith(b"[")
        self.refusal = None if response.ok else json_values.refusal(body)
        response._content = body  # noqa: SLF001 - how requests keeps a body that was read
        response._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001 - how requests keeps a body that was read
        response.headers = CaseInsensitiveDict()


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def asked_wait(headers: Mapping[str, str], now: datetime) -> timedelta:
    """How long the server of an answer with these headers wants us to wait, within reason."""
    return rate_limits.asked_wait(headers, _HEADERS, now, otherwise=WAIT, longest=LONGEST_WAIT)
