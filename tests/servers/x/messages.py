"""Requests, answers, and the ways in which an answer can end."""

import json
from dataclasses import dataclass, field
from email.message import Message
from enum import Enum

from .problems import Problem

JSON = {"Content-Type": "application/json; charset=utf-8"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A request as it arrived."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Message
    body: bytes


class End(Enum):
    """How an answer ends on the connection."""

    WHOLE = "it is sent in full"
    TRUNCATED = "half of the body is sent, and the connection closes"
    DROPPED = "nothing is sent, and the connection closes"
    HANGING = "nothing is sent until the client or the server gives up"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """An answer to the client; `why` is for the test's log."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    end: End = End.WHOLE
    why: str = ""

    @property
    def arrives(self) -> bool:
        """Whether the client gets to see a status."""
        return self.end in (End.WHOLE, End.TRUNCATED)


def success(status: int, body: dict[str, object], headers: dict[str, str]) -> Answer:
    """A JSON document as an answer."""
    return Answer(status=status, body=json.dumps(body).encode(), headers=headers | JSON)


def refusal(problem: Problem, headers: dict[str, str]) -> Answer:
    """A problem as an answer."""
    body = json.dumps(problem.body).encode()
    return Answer(status=problem.status, body=body, headers=headers | JSON, why=str(problem))
