"""A machine of the network, on which a worker runs."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from pathlib import Path

DATABASE = "database"
"""The name of PostgreSQL among the servers of a network."""
NAMESPACES = Path("/run/netns")
_CLONE_NEWNET = 0x40000000


@dataclass(frozen=True, kw_only=True)
class Host:
    """A host, the namespace of its network (None: that of the tests), and its database's address."""

    number: int
    namespace: str | None = None
    database: tuple[str, int]


def enter(namespace: str) -> None:
    """Let this thread, and those that it starts, use the network of this namespace only."""
    libc = ctypes.CDLL(None, use_errno=True)
    with (NAMESPACES / namespace).open() as opened:
        if libc.setns(opened.fileno(), _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"the namespace {namespace} cannot be entered")
