"""One request to the Graph API: to one server, with time-outs, its answer read whole and bounded.

The token is sent as a header, as Meta's own collection of requests does it
(https://www.postman.com/meta/threads): an address ends up in logs. Only refreshing a token, and
asking when it ends, have it in the address, too, where the documentation requires it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import requests

from bot.core.ports.network_state import Counted, RequestLimits
from bot.core.ports.platform import Clock
from bot.outbound import json_values, rate_limits
from bot.outbound.json_requests import Answer, HeldBack, NoDocument, send_once
from bot.outbound.json_values import Record, document
from bot.outbound.rate_limits import AccountLimits, RateLimits, date_of
from bot.outbound.session import Carrier

WAIT = timedelta(minutes=15)
"""How long to hold back where the server says "too many" without a usable time."""
LONGEST_WAIT = timedelta(days=1)
VERSION = "v1.0"

TOO_MANY = frozenset({4, 17, 32, 341, 613})
"""https://developers.facebook.com/docs/graph-api/overview/rate-limiting#error-codes"""

_USAGE = "x-business-use-case-usage"
_LONGEST_REFUSAL = 64 * 1024
"""Bytes; more than any refusal of the server has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GraphRequest:
    """A request. `params` are a query, or the form of a POST."""

    #: below the version, such as me/threads; a path with a slash in front has none
    path: str
    method: str = "GET"
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def end_point(self) -> str:
        """What its rate limit holds for: publishing and deleting have their own."""
        if self.method == "DELETE":
            return "delete"
        name = self.path.rpartition("/")[2]
        return name if name in {"threads_publish", "refresh_access_token"} else "read"


class AnswerError(Exception):
    """An answer that is no success. `code` is that of the error; None: not the server's form.

    https://developers.facebook.com/docs/graph-api/guides/error-handling
    """

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        found = _refusal(body)
        self.code = _code(found)
        self.subcode = json_values.number(found.get("error_subcode"))
        self.is_transient = found.get("is_transient") is True
        words = (json_values.word(found.get(name)) for name in ("message", "error_user_msg"))
        self.message = ": ".join(dict.fromkeys(filter(None, words)))
        super().__init__(f"HTTP {status}")

    @property
    def is_too_many(self) -> bool:
        """Whether the server takes no more requests for now."""
        is_business = self.code is not None and 80000 <= self.code < 80100
        return (
            self.code in TOO_MANY or is_business or (self.code is not None and self.status == 429)
        )


class Graph:
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
        self._server = server
        self._clock = clock
        self._carrier = carrier
        self.limits = AccountLimits(
            limits=limits or RateLimits(),
            server=server,
            counted={Counted.TOKEN: who, Counted.ADDRESS: ""},
        )

    def send(self, request: GraphRequest, until: float, token: str) -> Answer:
        """The answer; `until` is a moment of `time.monotonic` at which the call has to end.

        Raises HeldBack, OutOfTime, AnswerError, NoDocument and whatever requests raises.
        """
        held = self.limits.wait(request.end_point, self._clock.now())
        if held is not None:
            raise HeldBack(held)
        return self.send_anyway(request, until, token)

    def send_anyway(self, request: GraphRequest, until: float, token: str) -> Answer:
        """The same, without a look at the rate limits."""
        is_form = request.method == "POST"
        answer, body = send_once(
            self._carrier,
            request.method,
            self._address(request.path),
            until,
            token,
            params=None if is_form else dict(request.params),
            data=dict(request.params) if is_form else None,
        )
        return self._read(request, answer, body)

    def _address(self, path: str) -> str:
        return f"{self._server}{path if path.startswith('/') else f'/{VERSION}/{path}'}"

    def _read(self, request: GraphRequest, answer: requests.Response, body: bytes) -> Answer:
        if not 200 <= answer.status_code < 300:
            error = AnswerError(answer.status_code, answer.headers, body)
            if error.is_too_many or error.status == 429:
                self._hold(request.end_point, error)
            raise error
        found = document(body)
        if found is None:
            raise NoDocument
        if "error" in found:
            raise AnswerError(answer.status_code, answer.headers, body)
        return Answer(document=found, server_time=date_of(answer.headers))

    def _hold(self, end_point: str, error: AnswerError) -> None:
        """Note a limit: what stands before a server, and answers in its place, counts addresses."""
        counted = Counted.ADDRESS if error.code is None else Counted.TOKEN
        now = self._clock.now()
        self.limits.hold(counted, end_point, now, asked_wait(error, now))


def asked_wait(error: AnswerError, now: datetime) -> timedelta:
    """How long the server wants us to wait, within reason.

    `estimated_time_to_regain_access` is in minutes.
    https://developers.facebook.com/docs/graph-api/overview/rate-limiting#headers-2
    """
    usage = document(error.headers.get(_USAGE, "").encode()) or {}
    minutes = [
        json_values.number(one.get("estimated_time_to_regain_access")) or 0
        for each in usage.values()
        for one in json_values.records(each)
    ]
    if longest := max(minutes, default=0):
        return min(timedelta(minutes=longest), LONGEST_WAIT)
    return rate_limits.asked_wait(
        error.headers, ("retry-after",), now, otherwise=WAIT, longest=LONGEST_WAIT
    )


def _refusal(body: bytes) -> Record:
    """The error in the server's own form; an empty one for the page of a proxy or gateway."""
    found = document(body) if len(body) <= _LONGEST_REFUSAL else None
    error = json_values.record((found or {}).get("error"))
    is_own = found is not None and set(found) == {"error"} and _code(error) is not None
    return error if is_own else {}


def _code(error: Record) -> int | None:
    is_told = isinstance(error.get("message"), str)
    return json_values.number(error.get("code")) if is_told else None
