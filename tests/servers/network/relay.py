"""A relay in front of a server, which passes bytes of any protocol, or lets none pass for a while."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Relay:
    """A running relay on the loopback.

    While it is cut nobody is told: what was sent waits, and arrives once it is mended, as what a
    network drops is sent again.
    """

    upstream: tuple[str, int]
    _listener: socket.socket = field(init=False)
    _ends: list[socket.socket] = field(default_factory=list)
    _passes: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._passes.set()
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        host, port = self._listener.getsockname()
        return str(host), int(port)

    def cut(self) -> None:
        """Let nothing pass."""
        self._passes.clear()

    def mend(self) -> None:
        """Let everything pass again."""
        self._passes.set()

    def close(self) -> None:
        """End it and its connections."""
        self.mend()
        for end in [self._listener, *self._ends]:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        with closing(self._listener), suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        self._passes.wait()
        with closing(client), suppress(OSError), socket.create_connection(self.upstream) as server:
            self._ends += [client, server]
            answers = threading.Thread(target=self._pass, args=(server, client), daemon=True)
            answers.start()
            self._pass(client, server)
            answers.join()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        """Pass what one end sends to the other, and its end."""
        with suppress(OSError):
            while piece := source.recv(65536):
                self._passes.wait()
                target.sendall(piece)
        self._passes.wait()
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)


@contextmanager
def relay(upstream: tuple[str, int]) -> Iterator[Relay]:
    """A relay for the length of the block."""
    running = Relay(upstream)
    try:
        yield running
    finally:
        running.close()
