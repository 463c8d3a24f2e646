"""Faults that a test orders for the next matching requests."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from fnmatch import fnmatchcase

from .messages import JSON, Answer, End, refusal
from .problems import TITLES, credits_depleted, plain


class Trouble(Enum):
    """Faults that are more than a status."""

    DROP = "the connection closes without an answer, and nothing was done"
    COMMIT_DROP = "the request is carried out, and the connection closes without an answer"
    COMMIT_HANG = "the request is carried out, and no answer comes while the client waits"
    COMMIT_500 = "the request is carried out, and the answer is 500"
    BAD_JSON = "the request is carried out, and the answer is no JSON"
    TRUNCATED = "the request is carried out, and the answer ends in the middle"
    LIST_ERROR = "nothing was done, and the 400 is a JSON list where an object should be"


class Reset(Enum):
    """The value of x-rate-limit-reset on a 429."""

    NORMAL = "a quarter of an hour from now"
    MISSING = "the header is missing"
    PAST = "a time in the past"
    NONSENSE = "no number"


@dataclass(kw_only=True, slots=True)
class Fault:
    """A fault or a status for the next `left` requests that match method and path."""

    what: Trouble | int
    left: int = 1
    method: str | None = None
    path: str | None = None
    detail: str | None = None
    reset: Reset = Reset.NORMAL

    def __post_init__(self) -> None:
        """Refuse a status for which there is no problem document."""
        if isinstance(self.what, int) and self.what not in TITLES:
            raise ValueError(f"no such fault as {self.what}; there are {sorted(TITLES)}")

    def fits(self, method: str, path: str) -> bool:
        """Whether this fault applies to a request; * in the path matches anything."""
        return (
            self.left > 0
            and self.method in (None, method)
            and (self.path is None or fnmatchcase(path, self.path))
        )

    def apply(
        self, carry_out: Callable[[], Answer], headers: dict[str, str], account: str, now: datetime
    ) -> Answer:
        """The faulty answer; `carry_out` serves the request as if nothing were wrong."""
        if isinstance(self.what, int):
            return self._status(self.what, headers, account, now)
        if self.what is Trouble.DROP:
            return Answer(status=0, end=End.DROPPED)
        if self.what is Trouble.LIST_ERROR:
            return Answer(status=400, body=b'[{"message":"Bad Request"}]', headers=headers | JSON)
        return _damaged(self.what, carry_out())

    def _status(self, status: int, headers: dict[str, str], account: str, now: datetime) -> Answer:
        if status in (502, 504):
            return Answer(status=status, body=b"<html>no healthy upstream</html>", headers=headers)
        problem = credits_depleted(account) if status == 402 else plain(status, self.detail)
        if status == 429:
            headers = self._exhausted(headers, now)
        return refusal(problem, headers)

    def _exhausted(self, headers: dict[str, str], now: datetime) -> dict[str, str]:
        """The headers of a 429, with the reset that the test ordered."""
        moments = {Reset.NORMAL: timedelta(minutes=15), Reset.PAST: timedelta(days=-1)}
        changed = {k: v for k, v in headers.items() if k != "x-rate-limit-reset"}
        if self.reset in moments:
            changed["x-rate-limit-reset"] = str(int((now + moments[self.reset]).timestamp()))
        elif self.reset is Reset.NONSENSE:
            changed["x-rate-limit-reset"] = "soon"
        return changed | {"x-rate-limit-remaining": "0"}


def _damaged(trouble: Trouble, true: Answer) -> Answer:
    """An answer that is lost, late, truncated or replaced."""
    if trouble is Trouble.COMMIT_500:
        return refusal(plain(500), {k: v for k, v in true.headers.items() if k[:2] == "x-"})
    if trouble is Trouble.BAD_JSON:
        return replace(true, body=b"<html>200 OK, but this is no JSON</html>")
    ends = {
        Trouble.COMMIT_DROP: End.DROPPED,
        Trouble.COMMIT_HANG: End.HANGING,
        Trouble.TRUNCATED: End.TRUNCATED,
    }
    return replace(true, end=ends[trouble])
