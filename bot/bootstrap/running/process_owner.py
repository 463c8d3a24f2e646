"""The names under which processes claim what they send, and whose owners are proven dead.

The lock on a data directory is held by one process at a time. Of an earlier holder under the same
kernel it proves that it is dead, however long its claim's lease still lasts. It proves nothing of
commands, which send without the lock, nor of another machine, whose lock a network file system may
not pass on: their claims keep their leases.
"""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
"""The same in every container of a machine, and another after each start of the machine."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """A process: its name, which no other ever has, and how names of the proven dead begin."""

    name: str
    dead: str | None = None


def owner(*, holds_lock: bool) -> Owner:
    """This process, as an owner of claims."""
    if not holds_lock:
        return Owner(name=f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(8)}")
    holders = f"lock {_machine()} "
    return Owner(name=f"{holders}{os.getpid()}:{secrets.token_hex(8)}", dead=holders)


def _machine() -> str:
    """What tells this machine's kernel from another's; its host name where nothing better does."""
    try:
        return BOOT_ID.read_text(encoding="ascii").strip() or socket.gethostname()
    except (OSError, ValueError):
        return socket.gethostname()
