"""The network of one machine, whose hosts are processes: what is cut are relays and proxies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from tests.fleet_world.traffic import Traffic
from tests.servers.network.host import Host
from tests.servers.network.relay import Relay, relay

LOOPBACK = "127.0.0.1"


@dataclass(kw_only=True)
class Processes:
    """A relay between each host and the database; a platform is cut off from all hosts at once."""

    kind: str
    traffic: Mapping[str, Traffic]
    _stack: ExitStack
    _relays: list[Relay] = field(default_factory=list)

    @property
    def addresses(self) -> Mapping[str, str]:
        """All servers are on the loopback."""
        return dict.fromkeys(self.traffic, LOOPBACK)

    def add_host(self, port: int) -> Host:
        """A new host with a relay of its own."""
        self._relays.append(self._stack.enter_context(relay((LOOPBACK, port))))
        return Host(number=len(self._relays) - 1, database=self._relays[-1].address)

    def cut(self, host: Host, server: str) -> None:
        """Let nothing pass."""
        self._link(host, server).cut()

    def mend(self, host: Host, server: str) -> None:
        """Let everything pass again."""
        self._link(host, server).mend()

    def _link(self, host: Host, server: str) -> Traffic | Relay:
        return self.traffic.get(server) or self._relays[host.number]


@contextmanager
def processes(traffic: Mapping[str, Traffic], reason: str) -> Iterator[Processes]:
    """Such a network for the length of the block; the reason says why it is no better one."""
    with ExitStack() as stack:
        yield Processes(kind=f"processes of one machine: {reason}", traffic=traffic, _stack=stack)
