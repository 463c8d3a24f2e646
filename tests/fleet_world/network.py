"""The network between the workers of a fleet and the servers, whose links a test can cut.

Where root may make network namespaces, each worker is on a host of its own, and packets vanish. Else
the workers are processes of one machine, behind relays and proxies; `kind` says which it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from tests.fleet_world.processes import processes
from tests.fleet_world.traffic import Traffic
from tests.servers.network.host import DATABASE, Host
from tests.servers.network.namespaces import namespaces, why_none

__all__ = ["DATABASE", "Host", "Network", "network", "why_none"]


class Network(Protocol):
    """Hosts, servers, and a link between each two of them."""

    @property
    def kind(self) -> str:
        """What it is made of, for people."""

    @property
    def addresses(self) -> Mapping[str, str]:
        """On which address each server takes the connections of hosts."""

    def add_host(self, port: int) -> Host:
        """A new host, which finds the database that listens on this port."""

    def cut(self, host: Host, server: str) -> None:
        """Let every packet between these two vanish."""

    def mend(self, host: Host, server: str) -> None:
        """Let packets pass again."""


@contextmanager
def network(traffic: Mapping[str, Traffic]) -> Iterator[Network]:
    """The best network that can be made here, between hosts, the database and these platforms."""
    reason = why_none()
    made = processes(traffic, reason) if reason else namespaces([DATABASE, *traffic])
    with made as found:
        yield found
