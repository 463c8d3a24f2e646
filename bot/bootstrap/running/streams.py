"""Streams: one thread for each account whose network pushes hints of new replies."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.core.errors import BotError, Refused
from bot.core.ports.platform import PushHints

log = structlog.get_logger()

FIRST_PAUSE = timedelta(seconds=2)
"""The first wait before a stream that ended is opened again; each later one is twice as long."""
LONGEST_PAUSE = timedelta(minutes=10)
STEADY = timedelta(minutes=2)
"""After a stream that lasted this long, the waits start with the first one again."""
APART = timedelta(seconds=1.5)
"""The shortest time between two polls after hints: servers limit the number of requests."""


@dataclass(kw_only=True, slots=True)
class Streams:
    """The streams of a running bot."""

    #: gives an account's push hints; None: it has none
    port: Callable[[str], PushHints | None]
    #: called with the account's name after a hint
    on_hint: Callable[[str], None]
    first_pause: timedelta = FIRST_PAUSE
    _running: dict[str, _Stream] = field(default_factory=dict)
    _is_open: bool = False

    def begin(self) -> None:
        """From now on, `follow` opens streams."""
        self._is_open = True

    def follow(self, accounts: Iterable[str]) -> None:
        """Follow the streams of these accounts only, anew where one has another adapter now."""
        if self._is_open:
            self._set(accounts)

    def stop(self) -> None:
        """End all of them, without waiting: they hold no unfinished work."""
        self._is_open = False
        self._set(())

    def _set(self, accounts: Iterable[str]) -> None:
        """End all other streams, and open those that are missing."""
        ports = {name: port for name in accounts if (port := self.port(name)) is not None}
        for name, stream in [*self._running.items()]:
            if ports.get(name) is not stream.port:
                self._running.pop(name).over.set()
        for name, port in ports.items():
            if name not in self._running:
                stream = _Stream(
                    account=name, port=port, on_hint=self.on_hint, first_pause=self.first_pause
                )
                self._running[name] = stream
                threading.Thread(target=stream.run, name=f"stream:{name}", daemon=True).start()


@dataclass(kw_only=True, slots=True)
class _Stream:
    """One account's stream, opened again whenever it ends, until it is `over`."""

    account: str
    port: PushHints
    on_hint: Callable[[str], None]
    first_pause: timedelta
    over: threading.Event = field(default_factory=threading.Event)
    _lost: bool = False
    _hint: Throttle = field(init=False)

    def __post_init__(self) -> None:
        self._hint = Throttle(action=self._pass_on)

    def run(self) -> None:
        """Follow the stream, and follow it again."""
        pause = self.first_pause
        while not self.over.is_set():
            began = time.monotonic()
            error = self._follow()
            if self.over.is_set():
                return
            if time.monotonic() - began > STEADY.total_seconds():
                pause = self.first_pause
            if isinstance(error, Refused):
                pause = LONGEST_PAUSE
            if not self._lost:
                self._lost = True
                log.info("stream_lost", account=self.account, reason=str(error))
            self.over.wait(pause.total_seconds())
            pause = min(2 * pause, LONGEST_PAUSE)

    def _follow(self) -> BaseException:
        """Follow the stream to its end; returns the reason of the end."""
        try:
            self.port.hints(self._hinted, self.over.is_set)
        except BotError as error:
            return error
        except BaseException as error:  # noqa: BLE001 - a stream may fail in any way: polling goes on
            return error
        return EOFError("the stream has ended")

    def _hinted(self) -> None:
        """The stream is open, or has announced something."""
        if self._lost:
            self._lost = False
            log.info("stream_back", account=self.account)
        self._hint.request()

    def _pass_on(self) -> None:
        if not self.over.is_set():
            self.on_hint(self.account)


@dataclass(kw_only=True, slots=True)
class Throttle:
    """Calls an action at once, and again after a pause if that was requested meanwhile."""

    action: Callable[[], None]
    apart: timedelta = APART
    _last: float = float("-inf")
    _waits: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def request(self) -> None:
        """Have the action called. This never waits."""
        with self._lock:
            if self._waits:
                return
            wait = self._last + self.apart.total_seconds() - time.monotonic()
            self._waits = wait > 0
        if wait <= 0:
            self._call()
        else:
            timer = threading.Timer(wait, self._call)
            timer.daemon = True
            timer.start()

    def _call(self) -> None:
        with self._lock:
            self._last, self._waits = time.monotonic(), False
        self.action()
