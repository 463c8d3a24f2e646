"""How many connections the site takes, and how long a visitor may keep each of them waiting."""

from __future__ import annotations

import resource
from contextlib import suppress
from dataclasses import dataclass, field

MOST = 1000
"""Connections in all, where the system lets a process have enough open files."""

BACKLOG = 64
"""Connections that are taken at once, before the first of them is counted."""

RESERVE = 448
"""Open files that are kept for the database, for posting, and for connections not yet counted."""


def raise_file_limit() -> None:
    """Let this process open as many files as its owner may let it, not only the usual 1,024."""
    with suppress(ValueError, OSError):  # the system has a bound of its own
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def most_connections() -> int:
    """How many connections leave enough open files for everything else."""
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
    #: beyond these bounds, for `/healthz` alone
    spare: int = 16
    #: until the headers of a request are there, from the connection or from their first byte
    head: float = 10.0
    #: until its body is there, from the end of its headers
    body: float = 30.0
    #: without a byte of a next request
    idle: float = 10.0
    #: in which nothing of an answer is taken
    stalled: float = 60.0
