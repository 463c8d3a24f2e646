"""HTTP as uvicorn speaks it, with an end to every wait for the visitor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import Any

import h11
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.flow_control import service_unavailable
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.web.http.connections import Connections

HEALTH = "/healthz"
"""What is answered while nothing else is."""


class _Phase(Enum):
    """What a connection is at."""

    HEAD = "head"
    """the headers of a request are on their way"""
    BODY = "body"
    """its body is"""
    ANSWER = "answer"
    """we make an answer, and send it"""
    IDLE = "idle"
    """it may be used again"""


class BoundedProtocol(H11Protocol):
    """One connection, which ends when its visitor keeps it waiting for too long.

    Only a change of phase begins a new time: a byte now and then prolongs nothing. While an answer
    is made, or a stream is open, nobody waits for the visitor, and nothing ends.
    """

    def __init__(
        self,
        *args: Any,
        open_connections: Connections,
        address_of: Callable[[str], str | None],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.address: str | None = None
        self._open = open_connections
        self._address_of = address_of
        self._phase: tuple[_Phase, object] | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody has connected."""
        super().connection_made(transport)
        self.address = self._address_of(self.client[0] if self.client else "")
        if not self._open.enter(self):
            self.app = _only_health(self.app)
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended, on whichever side."""
        self._open.leave(self)
        for timer in (self._deadline, self._stalled):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Something came."""
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """An answer is on its way as a whole."""
        super().on_response_complete()
        self._look()

    def pause_writing(self) -> None:
        """More of an answer waits to be taken than is kept for a visitor."""
        super().pause_writing()
        self._stalled = self.loop.call_later(self._open.bounds.stalled, self.drop)

    def resume_writing(self) -> None:
        """Enough of it was taken."""
        super().resume_writing()
        if self._stalled is not None:
            self._stalled.cancel()

    def drop(self) -> None:
        """End it now, whatever was being said; it counts no more."""
        self._open.leave(self)
        self.transport.abort()

    def _look(self) -> None:
        """Begin a new time where the phase has changed."""
        phase = (self._phase_now(), self.cycle)
        if phase == self._phase:
            return
        self._phase = phase
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if phase[0] is _Phase.ANSWER:
            self._open.work_for(self)
            return
        self._open.wait_for(self)
        self._deadline = self.loop.call_later(self._seconds(phase[0]), self._end, -1)

    def _phase_now(self) -> _Phase:
        if self.cycle is None:
            return _Phase.HEAD  # type: ignore[unreachable] # uvicorn says that there always is one
        if not self.cycle.response_complete:
            return _Phase.BODY if self.cycle.more_body else _Phase.ANSWER
        if self.conn.their_state is h11.SEND_BODY:
            return _Phase.BODY
        return _Phase.HEAD if self.conn.trailing_data[0] else _Phase.IDLE

    def _seconds(self, phase: _Phase) -> float:
        bounds = self._open.bounds
        return {_Phase.HEAD: bounds.head, _Phase.BODY: bounds.body}.get(phase, bounds.idle)

    def _end(self, unsent_before: int) -> None:
        """The time is over; whoever still takes an answer, though slowly, may have the rest."""
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
