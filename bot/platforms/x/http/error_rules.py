"""The meanings of X's refusals, one rule each; the first that fits applies.

https://docs.x.com/x-api/fundamentals/response-codes-and-errors. A 403 has no code: only its
text tells one meaning from another.
"""

from dataclasses import dataclass
from datetime import timedelta

from bot.core.errors import Duplicate, PlatformError, Refused, RetryLater, Unauthorised


class Gone(Refused):
    """X does not have what was asked for; `document` is its answer."""

    document: object = None


class KeysRefused(Unauthorised):
    """X does not accept the keys, or this signature: it takes each only once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorRule:
    """The error for an answer of this status whose text matches `words`."""

    status: int
    words: str = ""
    """a regular expression; "" fits any"""
    error: type[PlatformError]
    problem: str
    todo: str
    after: timedelta | None = None
    """how long to wait where the answer is RetryLater; None: as long as its headers say"""


WITHOUT_CREDITS = timedelta(hours=1)
NOT_NOW = timedelta(minutes=15)
"""The wait where X only says that it is not possible now."""
DAILY_LIMIT = timedelta(minutes=30)
"""X lets an account post its daily limit in shares of half an hour."""

NEW_KEYS = "renew the app's keys and the account's tokens in X's developer console and set them"
RULES = (
    ErrorRule(
        status=401,
        error=KeysRefused,
        problem="X does not accept the keys",
        todo=f"{NEW_KEYS}; check this machine's clock, too",
    ),
    ErrorRule(
        status=402,
        error=RetryLater,
        problem="X is out of credits for this app",
        todo="buy some in X's developer console, or raise the spending limit there",
        after=WITHOUT_CREDITS,
    ),
    ErrorRule(
        status=429,
        error=RetryLater,
        problem="X asks us to slow down",
        todo="the bot goes on when X allows it",
    ),
    ErrorRule(
        status=403,
        words="duplicate",
        error=Duplicate,
        problem="X says that it has this text already",
        todo="look whether it is this very post",
    ),
    ErrorRule(
        status=403,
        words=r"account (is|has been) suspended",
        error=Unauthorised,
        problem="X has suspended the account",
        todo="log in at x.com and see what it asks for",
    ),
    ErrorRule(
        status=403,
        words=r"\blocked\b|unlock",
        error=Unauthorised,
        problem="X has locked the account",
        todo="log in at x.com and unlock it",
    ),
    ErrorRule(
        status=403,
        words="app permissions",
        error=Unauthorised,
        problem="X lets this app only read",
        todo="set it to Read and write in X's developer console, then make new access tokens",
    ),
    ErrorRule(
        status=403,
        words="not.enrolled|attached to a project",
        error=Unauthorised,
        problem="X does not let this app use its API",
        todo="add the app to a project with credits in X's developer console",
    ),
    ErrorRule(
        status=403,
        words="too long|character",
        error=Refused,
        problem="X says that the text is too long",
        todo="shorten the tip's summary",
    ),
    ErrorRule(
        status=403,
        words=r"credits|\bcap\b",
        error=RetryLater,
        problem="X is out of credits for this app",
        todo="buy some in X's developer console, or raise the spending limit there",
        after=WITHOUT_CREDITS,
    ),
    ErrorRule(
        status=403,
        words=r"daily|per day|24.hours?|rate limit|(over|exceeded|reached|hit|past) .*\blimits?\b"
        r"|\blimit (is |was |has been )?(exceeded|reached)",
        error=RetryLater,
        problem="X lets the account post no more for now",
        todo="the bot tries again; if it lasts, post less often, or look at the account on x.com",
        after=DAILY_LIMIT,
    ),
    ErrorRule(
        status=403,
        words=r"try (this |it )?again|\blater\b|at this time|right now|automated"
        r"|temporarily (un|not|dis|restrict|limit)",
        error=RetryLater,
        problem="X does not take the post just now",
        todo="the bot tries again; if it lasts, look at the account on x.com",
        after=NOT_NOW,
    ),
    ErrorRule(
        status=403,
        words="deleted or not visible",
        error=Refused,
        problem="X does not have the post to answer",
        todo="it is gone, so let the answer be",
    ),
    ErrorRule(
        status=403,
        words="reply",
        error=Refused,
        problem="X does not permit this reply",
        todo="an app may answer only those who mentioned or quoted the account",
    ),
    ErrorRule(
        status=404,
        error=Gone,
        problem="X does not have what was asked for",
        todo="check whether the post still exists",
    ),
)
