"""Faults that a test orders for the next matching requests."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum

from tests.servers.x.messages import JSON, Answer, End, Request


class Trouble(Enum):
    """Faults that are more than an answer of the server."""

    DROP = "the connection closes without an answer, and nothing was done"
    COMMIT_DROP = "the request is carried out, and the connection closes without an answer"
    COMMIT_500 = "the request is carried out, and the answer is 500 with code 2"
    BAD_JSON = "the request is carried out, and the answer is no JSON"
    TRUNCATED = "the request is carried out, and the answer ends in the middle"


def is_preparing(request: Request) -> bool:
    """Whether a request prepares a post, or asks how far that is: what comes before each post."""
    is_status = "error_message" in dict(request.query).get("fields", "")
    is_container = request.method == "POST" and request.path.endswith("/me/threads")
    return is_status or is_container or request.path.endswith("/threads_publishing_limit")


@dataclass(kw_only=True)
class Fault:
    """A fault for the next `left` requests whose path ends so."""

    #: what is wrong, or the status of an answer
    what: Trouble | int
    left: int = 1
    path: str = ""
    method: str = ""
    #: whether requests that prepare a post pass
    spares_preparing: bool = False
    #: the code of the error; None: a page of something in front of the server
    code: int | None = None
    message: str = "It went wrong"
    more: dict[str, object] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    #: the body, in place of one that is made of the other fields
    body: str = ""

    def fits(self, request: Request) -> bool:
        """Whether it is for this request."""
        if self.left <= 0 or (self.spares_preparing and is_preparing(request)):
            return False
        return request.path.endswith(self.path) and self.method in {"", request.method}

    def apply(self, carry_out: Callable[[], Answer]) -> Answer:
        """The faulty answer; `carry_out` serves the request as if nothing were wrong."""
        self.left -= 1
        if isinstance(self.what, int):
            error = {"message": self.message, "type": "OAuthException", "code": self.code}
            page = "<html>no healthy upstream</html>"
            is_own = self.code is not None
            body = self.body or (json.dumps({"error": error | self.more}) if is_own else page)
            kind = JSON if is_own else {"Content-Type": "text/html"}
            return Answer(status=self.what, body=body.encode(), headers=self.headers | kind)
        if self.what is Trouble.DROP:
            return Answer(status=0, end=End.DROPPED)
        return _damaged(self.what, carry_out())


def _damaged(trouble: Trouble, true: Answer) -> Answer:
    if trouble is Trouble.COMMIT_500:
        error = {"message": "An unexpected error", "type": "OAuthException", "code": 2}
        return replace(true, status=500, body=json.dumps({"error": error}).encode())
    if trouble is Trouble.BAD_JSON:
        return replace(true, body=b"<html>200 OK, but this is no JSON</html>")
    return replace(true, end=End.DROPPED if trouble is Trouble.COMMIT_DROP else End.TRUNCATED)
