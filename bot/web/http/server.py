"""The HTTP server: uvicorn on a thread of its own, and thread pools for requests."""

import errno
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from ipaddress import ip_address, ip_network
from typing import ParamSpec, TypeVar

import uvicorn
from anyio import CapacityLimiter, Lock, fail_after, to_thread
from starlette.types import ASGIApp

from bot.core.errors import BotError, StoreError
from bot.web.http.connection_limits import BACKLOG, ConnectionLimits, raise_file_limit
from bot.web.http.connections import BoundedProtocol, Connections
from bot.web.security.clients import Origin, client_network, plain

_START_MAX = 10
"""Seconds within which the server has to be up."""

_FORCED_STOP_MAX = 1
"""Seconds for a server that was told to drop all connections."""
P = ParamSpec("P")
T = TypeVar("T")

WAIT_MAX = 30.0
"""Seconds for which a request waits until it can begin to write."""


class SiteServer:
    """Serves an application at one address.

    `trusted_proxies` lists the addresses or networks whose X-Forwarded-For and -Proto headers
    are believed; no others are. `end` is called before it stops, to end answers that never end by
    themselves. `bounds` limit connections; by default there are as many as this process can have.
    Signals are left to the main thread. `setting` is the variable that names the address.
    """

    def __init__(
        self,
        app: ASGIApp,
        host: str,
        port: int,
        trusted_proxies: Sequence[str] = (),
        end: Callable[[], None] | None = None,
        bounds: ConnectionLimits | None = None,
        *,
        setting: str = "TIPSBOT_BIND",
    ) -> None:
        raise_file_limit()
        self._host = host
        self._port = port
        self._end = end
        self._setting = setting
        self._ready = threading.Event()
        settings = _settings(app, trusted_proxies, bounds or ConnectionLimits())
        self._server = _Announcing(settings, self._ready)
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        """Its address, `http://127.0.0.1:8140`; for port 0, with the port that it was given."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    def start(self) -> None:
        """Start, and return when it serves. Raises BotError if the address cannot be used."""
        listener = self._listen()
        self._port = listener.getsockname()[1]
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, name="web", daemon=True
        )
        self._thread.start()
        if not self._ready.wait(_START_MAX):
            self.stop(timedelta(0))
            raise BotError(f"{self.address} did not start within {_START_MAX} s", "try again")

    def stop(self, within: timedelta) -> None:
        """Finish the answers in progress, and drop those that are not done `within` this time."""
        if self._thread is None:
            return
        if self._end is not None:
            self._end()
        seconds = max(within.total_seconds() - _FORCED_STOP_MAX, 0)
        self._server.config.timeout_graceful_shutdown = int(seconds)
        self._server.should_exit = True
        self._thread.join(seconds)
        self._server.force_exit = True
        self._thread.join(_FORCED_STOP_MAX)

    def _listen(self) -> socket.socket:
        """A socket that is bound at once, so that the operator sees an error immediately."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self._host, self._port))
            listener.listen(BACKLOG)
        except (OSError, OverflowError) as error:
            listener.close()
            raise self._error(error) from error
        return listener

    def _error(self, error: OSError | OverflowError) -> BotError:
        """Why this address cannot be used, and what to do."""
        number = getattr(error, "errno", None)
        if number == errno.EADDRINUSE:
            todo = f"stop the other program or set {self._setting}={self._host}:{self._port + 1}"
            return BotError(f"{self.address} is in use", todo)
        todo = f"set {self._setting} to an address of this machine, such as 127.0.0.1:8140"
        if number == errno.EACCES:
            todo = f"set {self._setting} to a port above 1023, such as 127.0.0.1:8140"
        reason = getattr(error, "strerror", None) or str(error)
        return BotError(f"cannot serve at {self.address}: {reason}", todo)


class _Announcing(uvicorn.Server):
    """A server that sets an event when it is up."""

    def __init__(self, config: uvicorn.Config, ready: threading.Event) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready.set()


def _settings(
    app: ASGIApp, trusted_proxies: Sequence[str], bounds: ConnectionLimits
) -> uvicorn.Config:
    protocol = partial(
        BoundedProtocol,
        open_connections=Connections(bounds),
        address_of=partial(_counted_for, trusted_proxies),
    )
    return uvicorn.Config(
        Origin(app, trusted_proxies),
        loop="asyncio",
        http=protocol,  # type: ignore[arg-type] # it is called as the class would be
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",  # the rest is about wrong requests, a line for each
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        proxy_headers=False,
    )


def _counted_for(trusted_proxies: Sequence[str], host: str) -> str | None:
    """The address a connection is counted for; None for a trusted proxy, which serves many."""
    host = plain(host)
    try:
        address = ip_address(host)
    except ValueError:
        return host
    is_trusted = any(address in ip_network(network) for network in trusted_proxies)
    return None if is_trusted else client_network(host)


@dataclass(frozen=True, slots=True)
class ThreadPools:
    """Runs blocking work outside of the event loop. Pages use the framework's own threads.

    The database has one write lock: one thread writes as fast as many. Requests wait for it in the
    order in which they came, and occupy no thread of readers.
    """

    wait_max: float = WAIT_MAX
    _write_lock: Lock = field(default_factory=Lock)
    _writer: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))
    _health: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(2))

    async def write(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run work that writes. Raises StoreError if it cannot begin in time."""
        try:
            with fail_after(self.wait_max):
                await self._write_lock.acquire()
        except TimeoutError:
            raise StoreError("too many requests wait to write", "try again soon") from None
        try:
            return await to_thread.run_sync(partial(work, *args, **kwargs), limiter=self._writer)
        finally:
            self._write_lock.release()

    async def check_health(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a health check."""
        return await to_thread.run_sync(partial(work, *args, **kwargs), limiter=self._health)
