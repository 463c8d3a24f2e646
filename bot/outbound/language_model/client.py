"""A client for `chat/completions`, with one request for each tip and one retry at most."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import requests
from urllib3.exceptions import DecodeError, HTTPError, ReadTimeoutError

from bot.core.errors import PlatformError, Refused, RetryLater, Unauthorised
from bot.core.model.config import Tip
from bot.core.text.redact import Redactor
from bot.core.text.sanitize import one_line
from bot.outbound.language_model.prompt import complaint, messages, proposals
from bot.outbound.session import Session, not_sent, read_body

_AGAIN = frozenset({429, 500, 502, 503, 504})
"""Statuses after which the same request may succeed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AskTimeout:
    """Time-outs in seconds."""

    #: until a connection stands
    connect: float = 10.0
    #: for the whole answer
    whole: float = 60.0
    #: before the retry, unless the server names a wait
    pause: float = 1.0
    #: the longest wait of a server that is followed by a retry
    longest_pause: float = 10.0


@dataclass(frozen=True, slots=True)
class _Answer:
    """A whole answer: its status, its body, and how long the server wants us to wait."""

    status: int
    body: bytes
    wait: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """The model of this name at this address, with a key if it needs one.

    Its proposals are verified before use, and no message contains the key.
    """

    url: str
    name: str
    key: str | None = None
    patience: AskTimeout = AskTimeout()

    def propose(self, tip: Tip, room: int) -> Sequence[str]:
        """Summaries of a tip. Raises PlatformError, as `Proposer` says."""
        answer = self._ask({"model": self.name, "messages": messages(tip, room)})
        if answer.status != 200:
            raise self._refusal(answer)
        try:
            return proposals(answer.body)
        except ValueError as error:
            raise Refused(f"{self.url} answers with {error}", f"look at {self.name}") from None

    def _ask(self, question: object) -> _Answer:
        """The answer, with one retry."""
        try:
            answer = self._post(question)
            wait = self.patience.pause if answer.wait is None else answer.wait
            if answer.status not in _AGAIN or wait > self.patience.longest_pause:
                return answer
        except RetryLater:
            wait = self.patience.pause
        time.sleep(wait)
        return self._post(question)

    def _post(self, question: object) -> _Answer:
        """One request. Raises RetryLater where it never left, PlatformError where it is lost."""
        until = time.monotonic() + self.patience.whole
        try:
            with (
                Session() as session,
                session.post(
                    f"{self.url}/chat/completions",
                    json=question,
                    auth=self._sign,
                    timeout=(self.patience.connect, self.patience.whole),
                    allow_redirects=False,
                    stream=True,
                ) as answer,
            ):
                wait = _seconds(answer.headers.get("Retry-After"))
                body = Redactor([self.key or ""]).body(read_body(answer, until))
                return _Answer(answer.status_code, body, wait)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise self._lost(error) from None

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Send the key; without one, send no other credential of this machine either."""
        if self.key is not None:
            request.headers["Authorization"] = f"Bearer {self.key}"
        return request

    def _lost(self, error: Exception) -> PlatformError:
        if (why := not_sent(error)) is not None:
            return RetryLater(f"{self.url} cannot be reached: {why}", "look at TIPSBOT_MODEL_URL")
        if isinstance(error, requests.Timeout | ReadTimeoutError):
            return PlatformError(f"{self.url} does not answer in time", "try again later")
        if isinstance(error, requests.exceptions.ContentDecodingError | DecodeError):
            return PlatformError(f"{self.url} gives no answer of use", "it is too large or broken")
        return PlatformError(f"{self.url} breaks the connection off", "try again later")

    def _refusal(self, answer: _Answer) -> PlatformError:
        """The error for an answer that is no success."""
        reason = one_line(complaint(answer.body))
        what = f"{self.url} answers {answer.status}" + (f": {reason}" if reason else "")
        if answer.status in {401, 403}:
            return Unauthorised(what, "put a key that it accepts into TIPSBOT_MODEL_KEY")
        if answer.status in _AGAIN:
            return RetryLater(what, "try again later")
        if answer.status in {400, 413, 422}:
            return Refused(what, f"look at {self.name}")
        return PlatformError(what, "look at TIPSBOT_MODEL_URL and TIPSBOT_MODEL")


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isdecimal() and len(text) < 8 else None
