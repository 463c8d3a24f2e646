"""The way to a server for one call: bounded, and with a note of how far a request came."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from bot.core.text.redact import Redactor
from bot.outbound.rate_limits import RateLimits
from bot.outbound.session import Carrier, Session, TooLarge, not_sent, read_body
from bot.platforms.mastodon.http import json_values
from bot.platforms.mastodon.http.retry_after import asked_wait
from bot.platforms.mastodon.urls import end_point

PATIENCE = 50.0
"""Seconds that all requests of one call may take together."""
CONNECT = 10.0
"""Seconds to reach the server."""
SILENCE = 30.0
"""Seconds without a byte from the server."""
HOPS = 3
"""Redirects that a question may take."""

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
    repeated as a question, and a token is for one server. The answer is handed on without its
    headers: the client library reads hints in them, and fails on an odd one when the post is
    already made. An end point that has answered 429 is asked nothing before its reset: `limits`
    remembers that from one call to the next. What the attributes below tell is of the latest
    request. What `blanker` knows is blanked in all of it.
    """

    reach: RequestProgress
    status: int | None
    headers_seen: Mapping[str, str]
    #: what the server refuses with, if the answer is a refusal in its own form
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
        limits: RateLimits | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        blanker: Redactor | None = None,
    ) -> None:
        super().__init__(carrier)
        self._blanker = blanker or Redactor(())
        self._limits = RateLimits() if limits is None else limits
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
                if hop:  # whatever is refused there is not what was asked for
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
            self.reach = RequestProgress.SENT
            response = super().request(method, url, *args, **kwargs)
        except Exception as error:
            self._note(error)
            raise
        self.reach, self.status = RequestProgress.ANSWERED, response.status_code
        self.headers_seen = CaseInsensitiveDict(self._blanker.value(dict(response.headers)))
        with response:
            self._note_limit(kind)
            self._read(response)
        return response

    def _hold_back(self, kind: str) -> None:
        """Raise HeldBack where the end point takes no requests now."""
        self.held_back = self._limits.wait(kind, self._now())
        if self.held_back is not None:
            raise HeldBack(kind)

    def _note_limit(self, kind: str) -> None:
        if self.status == 429:
            now = self._now()
            self._limits.hold(kind, now, asked_wait(self.headers_seen, now))

    def _forget(self) -> None:
        """Begin anew: nothing of the next request has left yet."""
        self.reach = RequestProgress.UNSENT
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

    def _note(self, error: Exception) -> None:
        proof = not_sent(error)
        self.why = proof or "the connection broke or gave no answer in time"
        if proof:
            self.reach = RequestProgress.UNSENT

    def _read(self, response: requests.Response) -> None:
        """Take the body in as it comes, however slowly it drips, up to its largest size."""
        try:
            body = self._blanker.body(read_body(response, self._until))
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
