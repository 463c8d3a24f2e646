"""The transport under tweepy: to the configured address, with time-outs.

tweepy's own has no time-out and a fixed host; and tweepy fails on answers that are not in X's
form. So every answer that is no success is raised as an `AnswerError`, before tweepy reads it.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import requests
from requests_oauthlib import OAuth1

from bot.core.ports.platform import Clock
from bot.core.text.redact import Redactor
from bot.outbound.json_values import document
from bot.outbound.session import Carrier, Session, read_body

TWEEPY_HOST = "https://api.twitter.com"
ONE_ANSWER = {"allow_redirects": False, "stream": True}


@dataclass(frozen=True, kw_only=True, slots=True)
class TransportTimeouts:
    """Time-outs in seconds."""

    #: until a connection stands
    connect: float = 10.0
    #: between two pieces of an answer
    read: float = 30.0
    #: for the whole answer
    whole: float = 45.0
    #: after which no further page of a list is requested, so that a call ends in time
    listing: float = 15.0


class NotSentError(Exception):
    """The request could not even be made: it never left this machine."""


class AnswerError(Exception):
    """An answer that is no success: status, headers, and its JSON object (None: it had none)."""

    def __init__(self, answer: requests.Response) -> None:
        self.status = answer.status_code
        self.headers = answer.headers
        self.document = document(answer.content)
        super().__init__(f"HTTP {self.status}")


class Transport:
    """Carries tweepy's requests: to one address, with a connection of its own each.

    A kept connection that was closed unnoticed would turn the next post into an unsure one. Nothing
    is shared between requests, so threads may share this. Secrets are redacted in each answer.

    Signatures have the time of `clock`: X refuses those of a machine whose own clock is wrong.
    """

    def __init__(
        self,
        api: str,
        secrets: Iterable[str],
        patience: TransportTimeouts,
        clock: Clock,
        carrier: Carrier | None = None,
    ) -> None:
        self._api = api
        self._clock = clock
        self._patience = patience
        self._carrier = carrier
        self._redactor = Redactor(secrets)

    def request(self, method: str, url: str, **given: Any) -> requests.Response:
        """Send to our address instead of tweepy's; the whole answer if it is a success."""
        if not url.startswith(f"{TWEEPY_HOST}/"):
            raise NotSentError(f"tweepy wants to call {url[:60]}, which is not X's API")
        until = time.monotonic() + self._patience.whole
        given |= {"timeout": (self._patience.connect, self._patience.read), **ONE_ANSWER}
        if isinstance(signer := given.get("auth"), OAuth1):
            signer.client.timestamp = str(int(self._clock.now().timestamp()))
        here = self._api + url.removeprefix(TWEEPY_HOST)
        with (
            _Session(self._carrier) as session,
            session.request(method, here, **given) as answer,
        ):
            whole = _made(answer, self._redactor.body(read_body(answer, until)))
        if not 200 <= whole.status_code < 300:
            raise AnswerError(whole)
        return whole


class _Session(Session):
    """A session for one request, which tells what happens before the request leaves."""

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """Sign the request for the host that it goes to."""
        try:
            return super().prepare_request(request)
        except Exception as error:
            raise NotSentError(type(error).__name__) from error


def _made(answer: requests.Response, body: bytes) -> requests.Response:
    whole = requests.Response()
    whole.status_code, whole.reason = answer.status_code, answer.reason
    whole.headers, whole.url = answer.headers, answer.url
    whole.encoding, whole.raw = "utf-8", BytesIO(body)
    return whole
