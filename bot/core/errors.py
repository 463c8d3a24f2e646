"""The one tree of errors that operators see.

    BotError
    |-- TipsError            a file of the operator is wrong: every problem, with its place
    |-- SecretError          a credential is missing or unreadable
    |-- UsageError           a command asked for what does not exist or is not allowed now
    |-- StoreError           the data directory or its database cannot be used
    |   `-- Outdated         a newer version made it what this one cannot work with
    |-- PictureError         a picture cannot be read or sent, or a card cannot be drawn
    `-- PlatformError        a network said no, or said nothing
        |-- RetryLater       nothing was posted; the same request may succeed later
        |   `-- OverBudget   it would cost more than is left of this month's budget
        |-- Refused          nothing was posted, and repeating the request will not help
        |-- Unauthorised     nothing was posted: the credentials are not accepted
        `-- OutcomeUnknown   it may or may not have been posted; it has to be looked for
            `-- Duplicate    the network says that it has this very text already

Every message is one line that says what is wrong and what to do about it.
"""

from dataclasses import dataclass
from datetime import timedelta


class BotError(Exception):
    """An error that an operator can solve; `str()` is the one line to show."""

    def __init__(self, problem: str, todo: str = "") -> None:
        self.problem = problem
        self.todo = todo
        super().__init__(f"{problem}; {todo}" if todo else problem)


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One mistake in a file: where (counted from 1; 0 when unknown), what, and what to do."""

    file: str
    line: int
    column: int
    what: str
    todo: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.what}" + (f"; {self.todo}" if self.todo else "")


class TipsError(BotError):
    """A file that cannot be used as it is; `problems` holds every mistake found, in file order."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class SecretError(BotError):
    """A credential is missing, unreadable or empty."""


class UsageError(BotError):
    """The command cannot be done as asked: a name is unknown, or the moment is wrong."""


class StoreError(BotError):
    """The database or the data directory cannot be read or written, or is in use."""


class Outdated(StoreError):
    """A newer version has changed the database: this one can never work with it again."""


class PictureError(BotError):
    """A file is no picture that can be sent, or this machine cannot draw a card."""


class PlatformError(BotError):
    """A network, or the way to it, did not do what was asked."""


class RetryLater(PlatformError):
    """Proven not done; may be tried again after `after` (None: when the caller sees fit)."""

    def __init__(self, problem: str, todo: str = "", *, after: timedelta | None = None) -> None:
        self.after = after
        super().__init__(problem, todo)


class OverBudget(RetryLater):
    """Not sent: over this month's budget."""


class Refused(PlatformError):
    """Proven not done, and the same request will be refused again."""


class Unauthorised(PlatformError):
    """Proven not done: the account's credentials are not (or no longer) accepted."""


class OutcomeUnknown(PlatformError):
    """The request may have been carried out; only looking can tell."""


class Duplicate(OutcomeUnknown):
    """The network has this text already: from a request without answer, or an older post."""
