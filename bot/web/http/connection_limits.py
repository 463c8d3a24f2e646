"""Limits on the number of connections, and on the time that a visitor may take."""

import resource
from contextlib import suppress
from dataclasses import dataclass, field

MOST = 1000
"""Connections in all, if the system allows a process enough open files."""

BACKLOG = 64
"""Connections that are accepted at once, before the first of them is counted."""

RESERVE = 448
"""Open files reserved for the database, for posting, and for connections not yet counted."""


def raise_file_limit() -> None:
    """Raise this process's limit of open files, usually 1,024, as far as the system allows."""
    with suppress(ValueError, OSError):  # the system has a lower limit
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def most_connections() -> int:
    """The number of connections that leaves enough open files for everything else."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return MOST
    return min(MOST, max(soft - RESERVE, soft // 4))


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectionLimits:
    """Bounds on connections; times are seconds."""

    #: in all
    most: int = field(default_factory=most_connections)
    #: from one address, or one household's IPv6 network
    each: int = 100
    #: beyond these limits, for `/healthz` only
    spare: int = 16
    #: for the headers of a request, from the connection or from their first byte
    head: float = 10.0
    #: for its body, from the end of its headers
    body: float = 30.0
    #: without a byte of a next request
    idle: float = 10.0
    #: in which nothing of an answer is read
    stalled: float = 60.0
