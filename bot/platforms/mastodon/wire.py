"""The way to a server for one call: bounded, and with a note of how far a request came."""

from __future__ import annotations

import time
from collections.abc import Mapping
from enum import Enum
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from bot.core.blanking import Blanker
from bot.net.answer import TooLarge, read_body
from bot.net.carrier import Carrier
from bot.net.sending import not_sent
from bot.net.session import Session

PATIENCE = 50.0
"""Seconds that all requests of one call may take together."""
CONNECT = 10.0
"""Seconds to reach the server."""
SILENCE = 30.0
"""Seconds without a byte from the server."""
HOPS = 3
"""Redirects that a question may take."""

_MOVED = frozenset({301, 302, 303, 307, 308})


class Reach(Enum):
    """How far a request came."""

    UNSENT = "unsent"
    """proven: no byte of it left"""
    SENT = "sent"
    """it may have arrived"""
    ANSWERED = "answered"
    """the server's answer began; `status` says how"""


class Wire(Session):
    """The connections of one call, fresh each time: threads share nothing, nothing goes stale.

    Only questions follow redirects, and only within the server: a redirected post would be
    repeated as a question, and a token is for one server. The answer is handed on without its
    headers: the client library reads hints in them, and fails on an odd one when the post is
    already made. What `blanker` knows is blanked in all of it. `reach`, `status`, `headers_seen`,
    `is_list`, `is_too_large` and `why` tell of the latest request; `is_list` because the library
    makes a list, and an empty one, of anything.
    """

    reach: Reach
    status: int | None
    headers_seen: Mapping[str, str]
    is_list: bool
    is_too_large: bool
    why: str

    def __init__(
        self,
        patience: float = PATIENCE,
        carrier: Carrier | None = None,
        blanker: Blanker | None = None,
    ) -> None:
        super().__init__(carrier)
        self._blanker = blanker or Blanker(())
        self._forget()
        self._until = time.monotonic() + patience

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        """Send one request and read its whole answer."""
        kwargs |= {"allow_redirects": False, "stream": True}
        for _ in range(HOPS + 1):
            response = self._send_once(method, url, *args, **kwargs)
            if self.status not in _MOVED:
                return response
            onward = urljoin(url, self.headers_seen.get("location", ""))
            if method != "GET" or _origin(onward) != _origin(url):
                break
            # The address that we are sent on to carries the query already.
            url, kwargs = onward, {**kwargs, "params": None}
        raise requests.TooManyRedirects(self.headers_seen.get("location", ""))

    def _send_once(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:
        self._forget()
        kwargs["timeout"] = (min(CONNECT, self._left()), min(SILENCE, self._left()))
        try:
            self.reach = Reach.SENT
            response = super().request(method, url, *args, **kwargs)
        except Exception as error:
            self._note(error)
            raise
        self.reach, self.status = Reach.ANSWERED, response.status_code
        self.headers_seen = CaseInsensitiveDict(self._blanker.value(dict(response.headers)))
        with response:
            self._read(response)
        return response

    def _forget(self) -> None:
        """Begin anew: nothing of the next request has left yet."""
        self.reach = Reach.UNSENT
        self.status = None
        self.headers_seen = {}
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
            self.reach = Reach.UNSENT

    def _read(self, response: requests.Response) -> None:
        """Take the body in as it comes, however slowly it drips, up to its largest size."""
        try:
            body = self._blanker.body(read_body(response, self._until))
        except TooLarge:
            self.is_too_large = True
            raise
        self.is_list = body.lstrip().startswith(b"[")
        response._content = body  # noqa: SLF001 - how requests keeps a body that was read
        response._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001 - how requests keeps a body that was read
        response.headers = CaseInsensitiveDict()


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
