"""What is handed out: a job's values, and the queue that it waits in."""

from collections.abc import Callable
from enum import StrEnum

from bot.core.fleet.handing_out import Handed


class Queue(StrEnum):
    """Posts have a queue and slots of their own, so that they never wait for other work."""

    POSTS = "posts"
    OTHER = "other"


Run = Callable[[Handed], None]
