"""Open pages stay up to date: server-sent events.

One thread reads the history for all open pages of a site, and only while there are any: when it is
told of news, and every few seconds. Each has a queue; one that does not keep up is disconnected,
reconnects, and gets what it missed.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot.core.errors import BotError
from bot.core.text.sanitize import number
from bot.web.dependencies import SiteDependencies
from bot.web.live.messages import Message, messages_of, missed_messages
from bot.web.pages.tip import published
from bot.web.security.clients import client_key

PAUSE_SECONDS = 0.1
"""Between two queries of the history, however much news there is."""
END_SECONDS = 1.0
"""For a query that still runs when all is to end."""

HEARTBEAT_SECONDS = 15.0
"""Without a message, after which a comment keeps the connection open."""

_RETRY = b"retry: 3000\n\n"
_HEARTBEAT = b": still here\n\n"
_QUEUE_MAX = 200
_LINES_MAX = 500

_log = structlog.get_logger("web")


@dataclass(eq=False, kw_only=True, slots=True)
class Subscriber:
    """An open page of a tip or (with None) of the index."""

    tip: str | None
    address: str
    loop: asyncio.AbstractEventLoop
    #: None in it is the end
    queue: asyncio.Queue[Message | None] = field(
        default_factory=lambda: asyncio.Queue(maxsize=_QUEUE_MAX)
    )

    def send(self, message: Message | None) -> None:
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
    """All subscribers, and the thread that sends to them."""

    site: SiteDependencies
    _subscribers: set[Subscriber] = field(default_factory=set)
    _thread: Thread | None = None
    _line: int = 0
    _ended: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)
    _woken: Event = field(default_factory=Event)

    async def answer(self, request: Request) -> Response:
        """The stream for the page of a tip, or for the index."""
        tip = request.path_params.get("tip")
        if tip is not None:
            tip = (await run_in_threadpool(published, self.site, tip)).tip
        if request.method == "HEAD":
            return Response(media_type="text/event-stream")
        loop = asyncio.get_running_loop()
        subscriber = Subscriber(tip=tip, address=client_key(request), loop=loop)
        if not await run_in_threadpool(self._add, subscriber):
            return Response(status_code=503, headers={"Retry-After": "60"})
        query = request.query_params
        after = number(request.headers.get("last-event-id") or query.get("after"))
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(
            self._stream(subscriber, after), media_type="text/event-stream", headers=headers
        )

    async def _stream(self, subscriber: Subscriber, after: int | None) -> AsyncIterator[bytes]:
        try:
            yield _RETRY
            if after is not None:
                tip = subscriber.tip
                for message in await run_in_threadpool(missed_messages, self.site, tip, after):
                    yield message.encoded()
            while True:
                try:
                    new = await asyncio.wait_for(subscriber.queue.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield _HEARTBEAT
                    continue
                if new is None:
                    return
                yield new.encoded()
        finally:
            self._remove(subscriber)

    def end(self) -> None:
        """Disconnect all subscribers, and accept no more."""
        self._ended.set()
        self._woken.set()
        with self._lock:
            subscribers, thread = list(self._subscribers), self._thread
        for subscriber in subscribers:
            subscriber.send(None)
        if thread is not None:
            thread.join(END_SECONDS)

    def _add(self, subscriber: Subscriber) -> bool:
        """Accept a subscriber, if there is room."""
        with self._lock:
            if self._thread is None:
                with self.site.store.reading() as tx:
                    self._line = tx.log.last_event()
            if self._ended.is_set() or not self.site.live_places.take(subscriber.address):
                return False
            self._subscribers.add(subscriber)
            if self._thread is None:
                self._thread = Thread(target=self._follow, name="live", daemon=True)
                self._thread.start()
        return True

    def _remove(self, subscriber: Subscriber) -> None:
        with self._lock:
            self._subscribers.discard(subscriber)
            self.site.live_places.free(subscriber.address)
            if not self._subscribers:
                self._woken.set()

    def _follow(self) -> None:
        """Send new messages for as long as there are subscribers."""
        news = self.site.news
        unsubscribe = news.subscribe(self.site.config().bot.id, self._woken.set)
        try:
            self._woken.set()  # for what was stored before the subscription
            while not self._ended.wait(PAUSE_SECONDS):
                self._woken.wait(news.look_after)
                self._woken.clear()
                with self._lock:
                    if not self._subscribers:
                        self._thread = None
                        return
                    subscribers = list(self._subscribers)
                try:
                    self._send(subscribers)
                except BotError as error:
                    _log.warning("live_failed", reason=str(error))
        finally:
            unsubscribe()

    def _send(self, subscribers: Sequence[Subscriber]) -> None:
        with self.site.store.reading() as tx:
            lines = tx.log.events(self._line, _LINES_MAX)
        if not lines:
            return
        self._line = lines[-1].id
        if len(lines) == _LINES_MAX:
            self._woken.set()  # there may be more
        for tip in {one.tip for one in subscribers}:
            messages = messages_of(self.site, tip, lines)
            for subscriber in subscribers:
                if subscriber.tip == tip:
                    for message in messages:
                        subscriber.send(message)
