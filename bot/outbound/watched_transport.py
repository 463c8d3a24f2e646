"""The network's transport, which reports whether servers answer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests

from bot.core.fleet.site_address import site_address
from bot.core.ports.network_state import HostHealth
from bot.outbound.public_only.transport import PublicTransport

UNREACHABLE = (requests.ConnectionError, requests.Timeout)
"""What requests raises where there is no connection, or no answer in time."""


class WatchedTransport(PublicTransport):
    """Reports each request to `health`; one that is refused on this machine tells nothing.

    A server that begins an answer and does not end it has failed, so a streamed answer counts when
    `reading` it has ended.
    """

    def __init__(self, health: HostHealth, *, allow_private: bool) -> None:
        super().__init__(allow_private=allow_private)
        self._health = health

    def send(self, request: requests.PreparedRequest, **given: Any) -> requests.Response:  # type: ignore[override]
        """Send one request; its answer, or what requests raises."""
        host = site_address(str(request.url)).host
        try:
            answer = super().send(request, **given)
        except UNREACHABLE:
            self._health.failed(host)
            raise
        if answer.status_code >= 500:
            self._health.failed(host)
        return answer

    @contextmanager
    def _reading(self, answer: requests.Response) -> Iterator[None]:
        host = site_address(answer.url).host
        try:
            yield
        except Exception:
            self._health.failed(host)
            raise
        self._health.succeeded(host)


@contextmanager
def reading(answer: requests.Response) -> Iterator[None]:
    """Report how reading the answer's body ends; of a server's error it was reported before."""
    transport = getattr(answer, "connection", None)
    if isinstance(transport, WatchedTransport) and answer.status_code < 500:
        with transport._reading(answer):  # noqa: SLF001 - of this module
            yield
    else:
        yield


def watching(health: HostHealth, *, allow_private: bool) -> Callable[[], WatchedTransport]:
    """Makes the transports of all sessions that report to `health`."""
    return lambda: WatchedTransport(health, allow_private=allow_private)
