"""One request to a server that answers in JSON: with time-outs, its answer read whole and bounded.

Each has a connection of its own: threads share nothing, and a kept connection that was closed
unnoticed would turn the next post into an unsure one.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import requests

from bot.outbound.json_values import Record
from bot.outbound.session import Carrier, Session, read_body

CONNECT = 10.0
"""Seconds until a connection stands."""
SILENCE = 30.0
"""Seconds without a byte of the answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A success: its JSON object, and when the server says that it is."""

    document: Record
    server_time: datetime | None


class NoDocument(Exception):
    """A success whose body is no JSON object."""


class OutOfTime(Exception):
    """The call has lasted too long, so this request was not sent."""


class HeldBack(Exception):
    """The end point takes no requests for the time `wait`, so this one was not sent."""

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        super().__init__(str(wait))


def send_once(
    carrier: Carrier | None, method: str, address: str, until: float, token: str = "", **given: Any
) -> tuple[requests.Response, bytes]:
    """The answer's head and its body; `until` is a moment of `time.monotonic`.

    `given` are parts of the request as requests takes them. Raises OutOfTime and whatever requests
    raises.
    """
    left = until - time.monotonic()
    if left <= 0:
        raise OutOfTime
    headers = {"User-Agent": "tipsbot"} | given.pop("headers", {})
    if token:
        headers["Authorization"] = f"Bearer {token}"
    with (
        Session(carrier) as session,
        session.request(
            method,
            address,
            headers=headers,
            timeout=(min(CONNECT, left), min(SILENCE, left)),
            allow_redirects=False,
            stream=True,
            **given,
        ) as answer,
    ):
        return answer, read_body(answer, until)
