"""One XRPC request: to one server, with time-outs, its answer read whole and bounded.

https://atproto.com/specs/xrpc
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests

from bot.core.ports.network_state import Counted, RequestLimits
from bot.core.ports.platform import Clock
from bot.outbound import rate_limits
from bot.outbound.json_requests import Answer, HeldBack, NoDocument, send_once
from bot.outbound.json_values import document
from bot.outbound.rate_limits import AccountLimits, RateLimits, date_of
from bot.outbound.session import Carrier
from bot.platforms.bluesky.http.answers import refusal

WAIT = timedelta(minutes=5)
"""How long to hold back where a server says "too many" without a usable time."""
LONGEST_WAIT = timedelta(days=1)
_ENDS = ("retry-after", "ratelimit-reset")
"""The headers that tell, the first of them that can be read counts."""

_WRITES = "com.atproto.repo.write"
"""All writes share one budget: https://docs.bsky.app/docs/advanced-guides/rate-limits."""
_OF_THE_ACCOUNT = (_WRITES, "com.atproto.server.")
"""End points whose requests are counted by account; the others are counted by address."""


@dataclass(frozen=True, kw_only=True, slots=True)
class XrpcRequest:
    """A query or procedure. `params` become a query; `body` is JSON, None for none."""

    #: the name of the end point, such as com.atproto.repo.getRecord
    name: str
    method: str = "GET"
    params: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    #: a file in place of a body, of this media type
    data: bytes | None = None
    media_type: str = ""

    @property
    def end_point(self) -> str:
        """What its rate limit holds for."""
        is_write = self.name.startswith("com.atproto.repo.") and self.method == "POST"
        return _WRITES if is_write else self.name


class AnswerError(Exception):
    """An answer that is no success. `name` is that of the error; None: not XRPC's own form."""

    def __init__(self, answer: requests.Response, body: bytes) -> None:
        self.status = answer.status_code
        self.headers = answer.headers
        found = refusal(body)
        self.name: str | None = found[0] if found else None
        self.message = found[1] if found else ""
        super().__init__(f"HTTP {self.status}")


class Xrpc:
    """Sends requests to one server."""

    def __init__(
        self,
        server: str,
        clock: Clock,
        who: str,
        *,
        carrier: Carrier | None = None,
        limits: RequestLimits | None = None,
    ) -> None:
        self.server = server
        self._clock = clock
        self._carrier = carrier
        self._limits = AccountLimits(
            limits=limits or RateLimits(),
            server=server,
            counted={Counted.TOKEN: who, Counted.ADDRESS: ""},
        )

    def send(self, request: XrpcRequest, until: float, token: str = "") -> Answer:
        """The answer; `until` is a moment of `time.monotonic` at which the call has to end.

        Raises HeldBack, OutOfTime, AnswerError, NoDocument and whatever requests raises.
        """
        held = self._limits.wait(request.end_point, self._clock.now())
        if held is not None:
            raise HeldBack(held)
        kind = {"Content-Type": request.media_type} if request.data is not None else {}
        answer, body = send_once(
            self._carrier,
            request.method,
            f"{self.server}/xrpc/{request.name}",
            until,
            token,
            params=dict(request.params),
            json=request.body,
            data=request.data,
            headers=kind,
        )
        return self._read(request, answer, body)

    def _read(self, request: XrpcRequest, answer: requests.Response, body: bytes) -> Answer:
        if not 200 <= answer.status_code < 300:
            error = AnswerError(answer, body)
            if error.status == 429:
                self._hold(request.end_point, error)
            raise error
        # deleteRecord of older servers answers with nothing.
        found = document(body) if body.strip() else {}
        if found is None:
            raise NoDocument
        return Answer(document=found, server_time=date_of(answer.headers))

    def _hold(self, end_point: str, error: AnswerError) -> None:
        """Note a limit: what stands before a server, and answers in its place, counts addresses."""
        is_own = error.name is not None and end_point.startswith(_OF_THE_ACCOUNT)
        counted = Counted.TOKEN if is_own else Counted.ADDRESS
        now = self._clock.now()
        self._limits.hold(counted, end_point, now, asked_wait(error, now))


def asked_wait(error: AnswerError, now: datetime) -> timedelta:
    """How long the server wants us to wait, within reason."""
    return rate_limits.asked_wait(error.headers, _ENDS, now, otherwise=WAIT, longest=LONGEST_WAIT)
