"""Hosts in network namespaces, each with a link to a router, behind which the servers are.

The servers listen in the namespace of the tests, each on an address of its own. The router drops
packets without a word, which needs no firewall: a rule for a host and a server is a black hole.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

from tests.servers.network.host import DATABASE, Host

PREFIX = "tipsbot"
NETWORKS = 256
"""Each has 126 addresses for servers and 31 hosts, in 198.18.0.0/16: for benchmarks (RFC 2544)."""
ROUTER = 126
HOSTS = 31

CLEANER = """
cat >/dev/null
for name in $(ip netns list | cut -d ' ' -f 1 | grep "^$0-host") "$0-router"; do
    ip netns delete "$name"
done
ip link delete "$0"
exit 0
"""
"""Waits until whoever holds its standard input has closed it or died; then removes a network."""
_FORWARD = "echo 1 >/proc/sys/net/ipv4/ip_forward"
_CONNECT = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 5)"


@dataclass(kw_only=True)
class Namespaces:
    """A network: its link to the servers is named `name`, and its namespaces begin with that."""

    name: str
    addresses: Mapping[str, str]
    _numbers: Iterator[int]
    kind = "hosts in network namespaces"

    def add_host(self, port: int) -> Host:
        """A new host with a namespace of its own."""
        number = next(self._numbers)
        assert number < HOSTS, "this network has no room for more hosts"
        namespace, router = f"{self.name}-host{number}", f"{self.name}-router"
        gateway, own = self._address(129 + 4 * number), self._address(130 + 4 * number)
        _ip(
            f"netns add {namespace}",
            f"-n {router} link add host{number} type veth peer name router netns {namespace}",
            f"-n {router} address add {gateway}/30 dev host{number}",
            f"-n {router} link set host{number} up",
            f"-n {namespace} address add {own}/30 dev router",
            f"-n {namespace} link set lo up",
            f"-n {namespace} link set router up",
            f"-n {namespace} route add default via {gateway}",
        )
        database = (self.addresses[DATABASE], port)
        return Host(number=number, namespace=namespace, database=database)

    def cut(self, host: Host, server: str) -> None:
        """Let the router drop what these two send to each other."""
        self._rules("add", host, server)

    def mend(self, host: Host, server: str) -> None:
        """Let the router forward it again."""
        self._rules("delete", host, server)

    def _rules(self, change: str, host: Host, server: str) -> None:
        own, other = self._address(130 + 4 * host.number), self.addresses[server]
        rule = f"-n {self.name}-router rule {change}"
        _ip(*(f"{rule} from {a} to {b} blackhole" for a, b in [(own, other), (other, own)]))

    def _address(self, last: int) -> str:
        return _address(self.name, last)


@contextmanager
def namespaces(servers: Sequence[str]) -> Iterator[Namespaces]:
    """Such a network for the length of the block; it goes with the block or with this process."""
    _remove_abandoned()
    name = _claim()
    with subprocess.Popen(
        ["sh", "-c", CLEANER, name],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ):
        yield _connected(name, servers)


def _connected(name: str, servers: Sequence[str]) -> Namespaces:
    """The network of this name with a router and the addresses of the servers."""
    router = f"{name}-router"
    addresses = {server: _address(name, last) for last, server in enumerate(servers, start=1)}
    _ip(
        f"netns add {router}",
        f"link set {name}-r netns {router} name servers",
        *(f"address add {one}/25 dev {name}" for one in addresses.values()),
        f"link set {name} up",
        f"-n {router} address add {_address(name, ROUTER)}/25 dev servers",
        f"-n {router} link set servers up",
        f"route add {_address(name, 128)}/25 via {_address(name, ROUTER)}",
    )
    _run("ip", "netns", "exec", router, "sh", "-c", _FORWARD)
    return Namespaces(name=name, addresses=addresses, _numbers=count())


def _claim() -> str:
    """The name of a new link, which no other process has."""
    for number in range(NETWORKS):
        name = f"{PREFIX}-{number}"
        try:
            _ip(f"link add {name} type veth peer name {name}-r")
        except OSError as error:
            if "exists" in str(error):
                continue
            raise
        _ip(f"link set {name} alias {os.getpid()}")
        return name
    raise OSError("every name is in use")


def _remove_abandoned() -> None:
    """Remove the networks of processes that ended without doing so, if their cleaner did as well."""
    shown = _run("ip", "link", "show", "type", "veth")
    for name, pid in re.findall(rf"({PREFIX}-\d+)@.*\n.*\n +alias (\d+)$", shown, re.MULTILINE):
        if not Path("/proc", pid).exists():
            subprocess.run(["sh", "-c", CLEANER, name], input=b"", capture_output=True, check=True)


@cache
def why_none() -> str | None:
    """Why such a network cannot be used here; None where it can."""
    if os.getuid() != 0:
        return "only root may make network namespaces"
    if shutil.which("ip") is None:
        return "the program ip is missing (Debian: iproute2)"
    try:
        with namespaces([DATABASE]) as made:
            _try(made)
    except OSError as error:
        return f"this machine allows no network namespaces ({error})"
    return None


def _try(network: Namespaces) -> None:
    """Connect from a host to a server, which a firewall may prevent. Raises OSError."""
    with socket.create_server((network.addresses[DATABASE], 0)) as server:
        port = server.getsockname()[1]
        host = network.add_host(port)
        target = map(str, host.database)
        _run(
            "ip",
            "netns",
            "exec",
            str(host.namespace),
            sys.executable,
            "-S",
            "-c",
            _CONNECT,
            *target,
        )


def _address(name: str, last: int) -> str:
    return f"198.18.{name.removeprefix(f'{PREFIX}-')}.{last}"


def _ip(*commands: str) -> None:
    """Run commands of `ip`. Raises OSError."""
    for command in commands:
        _run("ip", *command.split())


def _run(*words: str) -> str:
    """Run a program, and return its output. Raises OSError."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OSError(done.stderr.strip() or f"{words[0]} failed")
    return done.stdout
