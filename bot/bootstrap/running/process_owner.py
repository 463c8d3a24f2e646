"""The names under which processes claim deliveries, and which of them are proven dead.

One process at a time holds the lock on a data directory. So an earlier holder under the same kernel
is dead, however long the lease of its claim still lasts. The lock proves nothing about commands,
which send without it, nor about another machine, whose lock a network file system may not pass on:
their claims keep their leases.
"""

import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
"""The same in every container of a machine, and another after each start of the machine."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """A process: its unique name, and the prefix of names that are proven dead."""

    name: str
    dead: str | None = None


def owner(*, holds_lock: bool) -> Owner:
    """This process, as an owner of claims."""
    if not holds_lock:
        return Owner(name=f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(8)}")
    holders = f"lock {_machine()} "
    return Owner(name=f"{holders}{os.getpid()}:{secrets.token_hex(8)}", dead=holders)


def _machine() -> str:
    """The id of this machine's present kernel; the host name where there is none."""
    try:
        return BOOT_ID.read_text(encoding="ascii").strip() or socket.gethostname()
    except (OSError, ValueError):
        return socket.gethostname()
