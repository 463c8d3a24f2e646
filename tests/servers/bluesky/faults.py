"""Faults that a test orders for the next matching requests."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum

from tests.servers.x.messages import JSON, Answer, End


class Trouble(Enum):
    """Faults that are more than an answer of the server."""

    DROP = "the connection closes without an answer, and nothing was done"
    COMMIT_DROP = "the request is carried out, and the connection closes without an answer"
    COMMIT_500 = "the request is carried out, and the answer is 500"
    BAD_JSON = "the request is carried out, and the answer is no JSON"
    TRUNCATED = "the request is carried out, and the answer ends in the middle"


@dataclass(kw_only=True)
class Fault:
    """A fault for the next `left` requests to an end point whose name ends so."""

    #: what is wrong, or the status of an answer
    what: Trouble | int
    left: int = 1
    method: str = ""
    #: the name of the error; "": a page of something in front of the server
    error: str = ""
    message: str = "It went wrong"
    headers: dict[str, str] = field(default_factory=dict)
    #: the body, in place of one that is made of the other fields
    body: str = ""

    def fits(self, path: str) -> bool:
        """Whether it is for this request."""
        return self.left > 0 and path.endswith(self.method)

    def apply(self, carry_out: Callable[[], Answer]) -> Answer:
        """The faulty answer; `carry_out` serves the request as if nothing were wrong."""
        self.left -= 1
        if isinstance(self.what, int):
            document = json.dumps({"error": self.error, "message": self.message})
            page = "<html>no healthy upstream</html>"
            body = (self.body or (document if self.error else page)).encode()
            headers = self.headers | (JSON if self.error else {"Content-Type": "text/html"})
            return Answer(status=self.what, body=body, headers=headers)
        if self.what is Trouble.DROP:
            return Answer(status=0, end=End.DROPPED)
        return _damaged(self.what, carry_out())


def _damaged(trouble: Trouble, true: Answer) -> Answer:
    if trouble is Trouble.COMMIT_500:
        body = b'{"error":"InternalServerError","message":"Internal Server Error"}'
        return replace(true, status=500, body=body)
    if trouble is Trouble.BAD_JSON:
        return replace(true, body=b"<html>200 OK, but this is no JSON</html>")
    return replace(true, end=End.DROPPED if trouble is Trouble.COMMIT_DROP else End.TRUNCATED)
