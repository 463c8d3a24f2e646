"""Tells every process at once when a bot's discussion has new events: LISTEN and NOTIFY.

A transaction that stores events notifies when it is committed. A notification can be lost with the
connection that listens, or be swallowed by a connection pooler: who is woken looks by itself, too.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

import psycopg
import structlog
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from bot.store.postgres.engine import make_engine

CHANNEL = "tipsbot_entries"
LOOK_AFTER = 4.0
"""Seconds after which to look without a notification, so that a lost one costs at most five."""
TURN = 1.0
"""Seconds after which the listening thread sees that it is to end, or tries to connect again."""

_log = structlog.get_logger("store")


def notify(connection: Connection, bot: str) -> None:
    """Tell at the commit of this transaction that the bot has new events; once, however often."""
    connection.execute(select(func.pg_notify(CHANNEL, bot)))


@dataclass(eq=False, slots=True)
class PostgresEntryNews:
    """`core.ports.site_store.EntryNews`: one connection of a process, for all its bots.

    Its thread starts with the first subscription. `close` ends it.
    """

    url: str = field(repr=False)
    look_after: float = LOOK_AFTER
    _wakes: dict[object, tuple[str, Callable[[], None]]] = field(default_factory=dict)
    _thread: Thread | None = None
    _ended: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)

    def subscribe(self, bot: str, wake: Callable[[], None]) -> Callable[[], None]:
        """Call `wake` at each news of a bot until the function that is returned is called."""
        token = object()
        with self._lock:
            self._wakes[token] = bot, wake
            if self._thread is None:
                self._thread = Thread(target=self._run, name="entry-news", daemon=True)
                self._thread.start()

        def unsubscribe() -> None:
            with self._lock:
                self._wakes.pop(token, None)

        return unsubscribe

    def close(self) -> None:
        """End the thread and its connection."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(2 * TURN)

    def _run(self) -> None:
        """Listen until the end, on a new connection whenever one is lost."""
        engine, is_lost = make_engine(self.url, pool_size=1), False
        try:
            while not self._ended.is_set():
                try:
                    with engine.connect() as connection:
                        is_lost = False
                        self._listen(connection.execution_options(isolation_level="AUTOCOMMIT"))
                except (SQLAlchemyError, psycopg.Error):
                    if not is_lost:
                        _log.warning("news_connection_lost")
                    is_lost = True
                    self._ended.wait(TURN)
        finally:
            engine.dispose()

    def _listen(self, connection: Connection) -> None:
        """Wake by notifications. Raises psycopg.Error where the connection is lost."""
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)  # noqa: S101 - what the engine's address names
        try:
            connection.execute(text(f"LISTEN {CHANNEL}"))
            self._wake(None)  # for what was told while nobody listened
            while not self._ended.is_set():
                for told in driver.notifies(timeout=TURN):
                    self._wake(told.payload)
        finally:
            connection.invalidate()  # nobody else gets a connection that listens

    def _wake(self, bot: str | None) -> None:
        """Wake those who wait for this bot, or (None) everybody."""
        with self._lock:
            wakes = [wake for one, wake in self._wakes.values() if bot in (None, one)]
        for wake in wakes:
            wake()
