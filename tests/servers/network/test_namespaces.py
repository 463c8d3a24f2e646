"""The network of hosts in namespaces, in which fleets are cut off: what it cuts, and what it leaves."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.servers.network.host import DATABASE, Host
from tests.servers.network.namespaces import Namespaces, namespaces, why_none
from tests.whole.operator import await_that

PLATFORM = "m"
WITHIN = "2"
"""Seconds after which a connection that nobody answers is given up."""
CONNECT = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), float(sys.argv[3]))
except TimeoutError:
    sys.exit("nothing comes")
"""
HELD = """
from tests.servers.network.namespaces import namespaces
with namespaces(["database"]) as made:
    made.add_host(1)
    print(made.name, flush=True)
    input()
"""
ABANDONED = """
from tests.servers.network.namespaces import _claim
print(_claim(), flush=True)
"""


@pytest.fixture(autouse=True)
def _allowed() -> None:
    """Skip where no such network can be made."""
    if (reason := why_none()) is not None:
        pytest.skip(reason)


@pytest.fixture
def made() -> Iterator[Namespaces]:
    """A network with two servers."""
    with namespaces([DATABASE, PLATFORM]) as network:
        yield network


@contextmanager
def listening(network: Namespaces, server: str) -> Iterator[int]:
    """A port on which the server takes connections."""
    with socket.create_server((network.addresses[server], 0)) as listener:
        yield listener.getsockname()[1]


def connects(host: Host, network: Namespaces, server: str, port: int) -> bool:
    """Whether a host can connect to a server; else nothing comes of it, not even a refusal."""
    program = ["ip", "netns", "exec", str(host.namespace), sys.executable, "-S", "-c", CONNECT]
    done = subprocess.run(
        [*program, network.addresses[server], str(port), WITHIN],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.strip() in {"", "nothing comes"}
    return done.returncode == 0


def test_a_cut_is_between_one_host_and_one_server(made: Namespaces) -> None:
    """Packets between these two vanish until it is mended, and all others pass."""
    with listening(made, DATABASE) as database, listening(made, PLATFORM) as platform:
        one, other = made.add_host(database), made.add_host(database)
        made.cut(one, DATABASE)
        assert not connects(one, made, DATABASE, database)
        assert connects(one, made, PLATFORM, platform)
        assert connects(other, made, DATABASE, database)
        made.mend(one, DATABASE)
        assert connects(one, made, DATABASE, database)


def test_nothing_is_left_of_it() -> None:
    """Its links and namespaces go with the block."""
    with namespaces([DATABASE]) as network:
        network.add_host(1)
        assert is_there(network.name)
    assert not is_there(network.name)


def test_nothing_is_left_of_a_process_that_was_killed() -> None:
    """They go as well when the process that made them is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", HELD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        assert is_there(name)
        process.send_signal(signal.SIGKILL)
    await_that(lambda: not is_there(name))


def test_the_next_one_removes_what_nobody_removed() -> None:
    """A network whose cleaner was killed, too, goes when the next one is made."""
    told = subprocess.run(
        [sys.executable, "-c", ABANDONED], capture_output=True, text=True, check=True
    )
    name = told.stdout.strip()
    assert is_there(name)
    with namespaces([DATABASE]):
        pass
    assert not is_there(name)


def is_there(name: str) -> bool:
    """Whether a link or a namespace of the network of this name exists."""
    listed = (
        subprocess.run(["ip", *words], capture_output=True, text=True, check=True).stdout
        for words in (["netns", "list"], ["-brief", "link", "show", "type", "veth"])
    )
    return any(
        line.startswith((f"{name}-", f"{name}@")) for text in listed for line in text.splitlines()
    )
