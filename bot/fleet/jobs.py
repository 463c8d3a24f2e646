"""What is handed out: a job's values, and the queue that it waits in."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Queue(StrEnum):
    """Posts have a queue and slots of their own, so that they never wait for other work."""

    POSTS = "posts"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Handed:
    """Work that was handed out: one job of a bot's account."""

    bot: str
    #: the job's name, such as `listen`; its meaning is the caller's
    job: str
    #: "": the job is the whole bot's
    account: str
    #: tells this hand-out from earlier and later ones of the same job
    token: str

    def arguments(self) -> dict[str, Any]:
        """The job's arguments, as Procrastinate stores them."""
        return asdict(self)


Run = Callable[[Handed], None]
OnError = Callable[[str, BaseException], None]
