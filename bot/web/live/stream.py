"""Pages that stay up to date while they are read: server-sent events.

One thread asks the history once a second what is new, for everybody, and only while somebody
listens. Each listener has a queue; whoever does not keep up is let go, comes back by itself, and is
told what it missed.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot.core.errors import BotError
from bot.core.text.sanitize import number
from bot.web.http.connection_limits import most_connections
from bot.web.live.messages import LiveMessages, Message
from bot.web.security.visitor import client_key

LISTENERS_MAX = 500
"""In all, unless that is more than half of the connections that there can be."""
LISTENERS_EACH = 8
"""From one address; a browser opens six connections to a site at most."""

EVERY = 1.0
"""Seconds between two looks at the history."""

HEARTBEAT = 15.0
"""Seconds of silence after which a line without meaning keeps the connection open."""

_RETRY = b"retry: 3000\n\n"
_BEAT = b": still here\n\n"
_QUEUE_MAX = 200
_LINES_MAX = 500

_log = structlog.get_logger("web")


@dataclass(eq=False, kw_only=True, slots=True)
class Subscriber:
    """Somebody who has the page of a tip (or, with None, the index) open."""

    tip: str | None
    address: str
    loop: asyncio.AbstractEventLoop
    queue: asyncio.Queue[Message | None] = field(
        default_factory=lambda: asyncio.Queue(maxsize=_QUEUE_MAX)
    )
    """None in it is the end."""

    def tell(self, message: Message | None) -> None:
        """Put a message into the queue, from any thread."""
        try:
            self.loop.call_soon_threadsafe(self._put, message)
        except RuntimeError:  # its loop has ended, and with it the connection
            return

    def _put(self, message: Message | None) -> None:
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            message = None
        self.queue.put_nowait(message)


@dataclass(eq=False, kw_only=True, slots=True)
class LiveStream:
    """Everybody who listens, and the thread that tells them."""

    news: LiveMessages
    _listeners: set[Subscriber] = field(default_factory=set)
    _thread: Thread | None = None
    _line: int = 0
    _ended: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)

    async def answer(self, request: Request, tip: str | None) -> Response:
        """The stream for the page of a tip, or for the index."""
        if request.method == "HEAD":
            return Response(media_type="text/event-stream")
        listener = Subscriber(tip=tip, address=client_key(request), loop=asyncio.get_running_loop())
        if not await run_in_threadpool(self._join, listener):
            return Response(status_code=503, headers={"Retry-After": "60"})
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(
            self._stream(listener, _after(request)), media_type="text/event-stream", headers=headers
        )

    async def _stream(self, listener: Subscriber, after: int | None) -> AsyncIterator[bytes]:
        try:
            yield _RETRY
            if after is not None:
                for missed in await run_in_threadpool(self.news.missed, listener.tip, after):
                    yield missed.encoded()
            while True:
                try:
                    message = await asyncio.wait_for(listener.queue.get(), HEARTBEAT)
                except TimeoutError:
                    yield _BEAT
                    continue
                if message is None:
                    return
                yield message.encoded()
        finally:
            self._leave(listener)

    def end(self) -> None:
        """Let everybody go, and take in nobody any more."""
        self._ended.set()
        with self._lock:
            listeners, thread = list(self._listeners), self._thread
        for listener in listeners:
            listener.tell(None)
        if thread is not None:
            thread.join(EVERY)

    def _join(self, listener: Subscriber) -> bool:
        """Take a listener in, if there is room."""
        with self._lock:
            theirs = Counter(one.address for one in self._listeners)[listener.address]
            most = min(LISTENERS_MAX, most_connections() // 2)
            full = len(self._listeners) >= most or theirs >= LISTENERS_EACH
            if full or self._ended.is_set():
                return False
            self._listeners.add(listener)
            if self._thread is None:
                self._line = self.news.last()
                self._thread = Thread(target=self._follow, name="live", daemon=True)
                self._thread.start()
        return True

    def _leave(self, listener: Subscriber) -> None:
        with self._lock:
            self._listeners.discard(listener)

    def _follow(self) -> None:
        """Tell what is new, for as long as somebody listens."""
        while not self._ended.wait(EVERY):
            with self._lock:
                if not self._listeners:
                    self._thread = None
                    return
                listeners = list(self._listeners)
            try:
                self._tell(listeners)
            except BotError as error:
                _log.warning("live_failed", reason=str(error))

    def _tell(self, listeners: list[Subscriber]) -> None:
        lines = self.news.lines(self._line, _LINES_MAX)
        if not lines:
            return
        self._line = lines[-1].id
        for tip in {one.tip for one in listeners}:
            messages = self.news.of(tip, lines)
            for listener in listeners:
                if listener.tip == tip:
                    for message in messages:
                        listener.tell(message)


def _after(request: Request) -> int | None:
    """The line of the history after which the page wants to be told."""
    return number(request.headers.get("last-event-id") or request.query_params.get("after"))
