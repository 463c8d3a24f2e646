"""Refuses this thread's connections to addresses that are not public, when they are made.

Python reports every connection of a socket with its numeric address before a packet is sent (an
audit event), so it is the address itself that is judged, whatever its name led to a moment before,
and in every client library. What is written in C and has its own sockets, as PostgreSQL's client
has, is not seen.
"""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from typing import Any

from bot.outbound.pages.public_addresses import is_public

ALLOWED_BY = "TIPSBOT_ALLOW_PRIVATE_SERVERS"
WHY = f"it is in a private network; use a public server, or set {ALLOWED_BY}=1"
"""What to do, after "cannot be reached: "."""

_FAMILIES = frozenset({socket.AF_INET, socket.AF_INET6})


class PrivateAddressError(OSError):
    """A connection was not begun, since its address is not public."""


@dataclass(slots=True)
class PublicOnly:
    """The connections that were judged."""

    #: how many were refused
    refused: int = 0
    #: how many were begun
    begun: int = 0

    def judge(self, address: Any) -> None:
        """Raise PrivateAddressError unless this is an address of the public internet."""
        if not _is_public(address):
            self.refused += 1
            raise PrivateAddressError("the address is not public")
        self.begun += 1

    @property
    def prove_nothing_was_sent(self) -> bool:
        """Whether every connection was refused."""
        return self.refused > 0 and self.begun == 0


_guard: ContextVar[PublicOnly | None] = ContextVar("public_only", default=None)


@contextmanager
def public_only() -> Iterator[PublicOnly]:
    """Judge the connections of this thread within the block; threads that it starts are not."""
    _listen()
    guard = PublicOnly()
    token = _guard.set(guard)
    try:
        yield guard
    finally:
        _guard.reset(token)


@cache
def _listen() -> None:
    """Hear of every connection from now on; Python has no way to stop that."""
    sys.addaudithook(_on_event)


def _on_event(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect" or (guard := _guard.get()) is None:
        return
    connection, address = arguments
    if connection.family in _FAMILIES:
        guard.judge(address)


def _is_public(address: Any) -> bool:
    """Whether an address as sockets take it is public; a name is not, as it can lead anywhere."""
    try:
        return is_public(ip_address(address[0]))
    except ValueError:
        return False
