"""HTTP connections: a protocol that ends slow ones, and bounds on how many are open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import Any

import h11
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.flow_control import service_unavailable
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.web.http.connection_limits import ConnectionLimits

HEALTH = "/healthz"
"""The one address that is answered on connections beyond the bounds."""


class _Phase(Enum):
    """The state of a connection."""

    HEAD = "head"
    """the headers of a request are being received"""
    BODY = "body"
    """the body of a request is being received"""
    ANSWER = "answer"
    """an answer is being made or sent"""
    IDLE = "idle"
    """a next request may come"""


class BoundedProtocol(H11Protocol):
    """One connection, which ends when its visitor is too slow.

    Only a change of phase restarts the time: single bytes prolong nothing. While an answer is made,
    or a stream is open, there is no limit.
    """

    def __init__(
        self,
        *args: Any,
        open_connections: Connections,
        address_of: Callable[[str], str | None],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        #: the address it is counted for; None: a trusted proxy, which serves many
        self.address: str | None = None
        self._open = open_connections
        self._address_of = address_of
        self._phase: tuple[_Phase, object] | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection; beyond the bounds only the health check is answered."""
        super().connection_made(transport)
        self.address = self._address_of(self.client[0] if self.client else "")
        if not self._open.add(self):
            self.app = _only_health(self.app)
        self._restart_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it no more."""
        self._open.remove(self)
        for timer in (self._deadline, self._stalled):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read a part of a request."""
        super().data_received(data)
        self._restart_timer()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._restart_timer()

    def pause_writing(self) -> None:
        """Limit the time in which the visitor has to read."""
        super().pause_writing()
        self._stalled = self.loop.call_later(self._open.bounds.stalled, self.drop)

    def resume_writing(self) -> None:
        """Go on sending."""
        super().resume_writing()
        if self._stalled is not None:
            self._stalled.cancel()

    def drop(self) -> None:
        """End the connection at once, and count it no more."""
        self._open.remove(self)
        self.transport.abort()

    def _restart_timer(self) -> None:
        """Restart the time if the phase has changed."""
        phase = (self._phase_now(), self.cycle)
        if phase == self._phase:
            return
        self._phase = phase
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        is_waiting = phase[0] is not _Phase.ANSWER
        self._open.mark(self, is_waiting=is_waiting)
        if is_waiting:
            self._deadline = self.loop.call_later(self._seconds(phase[0]), self._end, -1)

    def _phase_now(self) -> _Phase:
        if self.cycle is None:
            return _Phase.HEAD  # type: ignore[unreachable] # uvicorn's types exclude None
        if not self.cycle.response_complete:
            return _Phase.BODY if self.cycle.more_body else _Phase.ANSWER
        if self.conn.their_state is h11.SEND_BODY:
            return _Phase.BODY
        return _Phase.HEAD if self.conn.trailing_data[0] else _Phase.IDLE

    def _seconds(self, phase: _Phase) -> float:
        bounds = self._open.bounds
        return {_Phase.HEAD: bounds.head, _Phase.BODY: bounds.body}.get(phase, bounds.idle)

    def _end(self, unsent_before: int) -> None:
        """End the connection, unless the visitor still reads an answer, however slowly."""
        unsent = self.transport.get_write_buffer_size()
        if unsent and (unsent_before < 0 or unsent < unsent_before):
            again = partial(self._end, unsent)
            self._deadline = self.loop.call_later(self._open.bounds.stalled, again)
            return
        self.drop()


def _only_health(app: ASGIApp) -> ASGIApp:
    """The application for a connection beyond the bounds."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == HEALTH:
            await app(scope, receive, send)
        else:
            await service_unavailable(scope, receive, send)  # type: ignore[arg-type]

    return answer


@dataclass(eq=False, slots=True)
class _Group:
    """Connections that are counted together; `waiting` for their visitors, the longest first."""

    members: set[BoundedProtocol] = field(default_factory=set)
    waiting: dict[BoundedProtocol, None] = field(default_factory=dict)

    def drop_longest(self) -> bool:
        """Drop the connection that has waited longest; False if none waits."""
        longest = next(iter(self.waiting), None)
        if longest is not None:
            longest.drop()
        return longest is not None


@dataclass(eq=False, slots=True)
class Connections:
    """All connections of a server, within `bounds`.

    If there are too many, the one that has waited longest for its visitor is dropped for the next.
    If all have an answer in progress, a few more are accepted for the health check only.
    """

    bounds: ConnectionLimits
    _all: _Group = field(default_factory=_Group)
    _by_address: dict[str, _Group] = field(default_factory=dict)
    _spare: set[BoundedProtocol] = field(default_factory=set)

    def add(self, one: BoundedProtocol) -> bool:
        """Count a connection; False if it is beyond the bounds.

        If there are too many of those, too, it is dropped.
        """
        is_within = self._make_room(one)
        for group in self._groups(one):
            group.members.add(one)
        if not is_within:
            self._spare.add(one)
            if len(self._spare) > self.bounds.spare:
                one.drop()
        return is_within

    def mark(self, one: BoundedProtocol, *, is_waiting: bool) -> None:
        """Note whether the connection waits for its visitor from now on."""
        for group in self._groups(one):
            group.waiting.pop(one, None)
            if is_waiting and one in group.members:
                group.waiting[one] = None

    def remove(self, one: BoundedProtocol) -> None:
        """Count a connection no more."""
        self._spare.discard(one)
        for group in self._groups(one):
            group.members.discard(one)
            group.waiting.pop(one, None)
        if one.address is not None and not self._by_address[one.address].members:
            del self._by_address[one.address]

    def _make_room(self, one: BoundedProtocol) -> bool:
        """Whether there is room for one more, perhaps after another was dropped."""
        everybody, *own = self._groups(one)
        if own and len(own[0].members) >= self.bounds.each:
            return own[0].drop_longest()
        return len(everybody.members) < self.bounds.most or everybody.drop_longest()

    def _groups(self, one: BoundedProtocol) -> list[_Group]:
        if one.address is None:
            return [self._all]
        return [self._all, self._by_address.setdefault(one.address, _Group())]
