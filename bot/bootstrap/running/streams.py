"""Streams: a thread an account that waits to be told that something was said, and has it heard."""

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
"""How long to wait before a stream that ended is tried again, at first; each time twice as long."""
LONGEST_PAUSE = timedelta(minutes=10)
STEADY = timedelta(minutes=2)
"""A stream that stood for so long begins with the first pause again."""
APART = timedelta(seconds=1.5)
"""Two hints are at least so far apart: each leads to a question, and servers count them."""

PortLookup = Callable[[str], PushHints | None]


@dataclass(kw_only=True, slots=True)
class Streams:
    """The streams of a running bot. `port` gives an account's, or None; `nudge` has it heard."""

    port: PortLookup
    nudge: Callable[[str], None]
    first_pause: timedelta = FIRST_PAUSE
    _running: dict[str, _Stream] = field(default_factory=dict)
    _is_open: bool = False

    def begin(self) -> None:
        """From now on, `follow` does."""
        self._is_open = True

    def follow(self, accounts: Iterable[str]) -> None:
        """Follow the streams of these accounts, anew where one has another adapter now."""
        if self._is_open:
            self._keep(accounts)

    def stop(self) -> None:
        """End all of them. None is waited for: nothing is in their hands."""
        self._is_open = False
        self._keep(())

    def _keep(self, accounts: Iterable[str]) -> None:
        """End the streams of all others, and begin those that are missing."""
        ports = {name: port for name in accounts if (port := self.port(name)) is not None}
        for name, stream in [*self._running.items()]:
            if ports.get(name) is not stream.port:
                self._running.pop(name).end()
        for name, port in ports.items():
            if name not in self._running:
                nudge, pause = self.nudge, self.first_pause
                stream = _Stream(account=name, port=port, nudge=nudge, first_pause=pause)
                self._running[name] = stream
                stream.begin()


@dataclass(kw_only=True, slots=True)
class _Stream:
    """One account's stream, tried again whenever it ends, until we end it."""

    account: str
    port: PushHints
    nudge: Callable[[str], None]
    first_pause: timedelta
    _over: threading.Event = field(default_factory=threading.Event)
    _lost: bool = False
    _hint: Spaced = field(init=False)

    def __post_init__(self) -> None:
        self._hint = Spaced(action=self._heard)

    def begin(self) -> None:
        threading.Thread(target=self._run, name=f"stream:{self.account}", daemon=True).start()

    def end(self) -> None:
        self._over.set()

    def _run(self) -> None:
        pause = self.first_pause
        while not self._over.is_set():
            began = time.monotonic()
            error = self._follow()
            if self._over.is_set():
                return
            if time.monotonic() - began > STEADY.total_seconds():
                pause = self.first_pause
            if isinstance(error, Refused):
                pause = LONGEST_PAUSE
            self._lose(str(error))
            self._over.wait(pause.total_seconds())
            pause = min(2 * pause, LONGEST_PAUSE)

    def _follow(self) -> BaseException:
        """Follow the stream to its end; returns what ended it."""
        try:
            self.port.hints(self._told, self._over.is_set)
        except BotError as error:
            return error
        except BaseException as error:  # noqa: BLE001 - a stream may fail in any way: polling goes on
            return error
        return EOFError("the stream has ended")

    def _told(self) -> None:
        """The stream stands, or something was said."""
        if self._lost:
            self._lost = False
            log.info("stream_back", account=self.account)
        self._hint.call()

    def _heard(self) -> None:
        if not self._over.is_set():
            self.nudge(self.account)

    def _lose(self, reason: str) -> None:
        """Say once that it is lost."""
        if not self._lost:
            self._lost = True
            log.info("stream_lost", account=self.account, reason=reason)


@dataclass(kw_only=True, slots=True)
class Spaced:
    """Calls an action at once, and again at the end of a pause if it was wished for meanwhile."""

    action: Callable[[], None]
    apart: timedelta = APART
    _last: float = float("-inf")
    _waits: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def call(self) -> None:
        """Wish for it. It never waits."""
        with self._lock:
            if self._waits:
                return
            wait = self._last + self.apart.total_seconds() - time.monotonic()
            self._waits = wait > 0
        if wait <= 0:
            self._do()
        else:
            timer = threading.Timer(wait, self._do)
            timer.daemon = True
            timer.start()

    def _do(self) -> None:
        with self._lock:
            self._last, self._waits = time.monotonic(), False
        self.action()
