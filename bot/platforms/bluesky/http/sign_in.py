"""Sessions: made with the app password, refreshed when the server says that they have expired.

All that is known about signing in is here, since OAuth will take its place
(https://atproto.com/specs/oauth). A server takes few logins of an account, 30 in five minutes and
300 a day (https://docs.bsky.app/docs/advanced-guides/rate-limits): so a session is kept, also for
other processes of the bot, and logins beyond these numbers are not tried.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from bot.core.errors import PlatformError, RetryLater
from bot.core.ports.platform import Clock
from bot.outbound.json_values import Record
from bot.platforms.bluesky.http.errors import ErrorContext, translate
from bot.platforms.bluesky.http.kept_session import KeptSession
from bot.platforms.bluesky.http.session import Session
from bot.platforms.bluesky.http.xrpc import AnswerError, Xrpc, XrpcRequest

LOGINS = ((30, timedelta(minutes=5)), (300, timedelta(days=1)))
"""How many logins a server takes in which time."""

_CREATE = "com.atproto.server.createSession"
_REFRESH = "com.atproto.server.refreshSession"


@dataclass(kw_only=True, slots=True)
class LoginLimit:
    """Counts the logins of this process."""

    _made: deque[datetime] = field(default_factory=deque)

    def require(self, now: datetime) -> None:
        """Count a login, or raise RetryLater where the server would refuse it."""
        while self._made and self._made[0] <= now - LOGINS[-1][1]:
            self._made.popleft()
        waits = [
            self._made[-most] + span - now
            for most, span in LOGINS
            if len(self._made) >= most and self._made[-most] > now - span
        ]
        if waits:
            what = "the bot has logged in as often as Bluesky lets it"
            raise RetryLater(what, "it waits until the server takes more", after=max(waits))
        self._made.append(now)


class Sessions:
    """The session of one account. One thread at a time makes or refreshes it.

    Workers share it through the file in which it is kept: a refresh token is taken once, so
    whoever finds its own refused looks whether another one has been there first.
    """

    def __init__(
        self,
        xrpc: Xrpc,
        handle: str,
        password: str,
        context: ErrorContext,
        clock: Clock,
        kept: KeptSession | None = None,
    ) -> None:
        self._xrpc = xrpc
        self._handle = handle
        self._password = password
        self._context = context
        self._clock = clock
        self._kept = kept
        self._logins = LoginLimit()
        self._lock = Lock()
        self._session: Session | None = None

    def current(self, until: float) -> Session:
        """The session, made if there is none. Raises PlatformError, with nothing done."""
        with self._lock:
            if self._session is None:
                self._session = self._other(None) or self._sign_in(until)
            return self._session

    def renewed(self, stale: Session, until: float) -> Session:
        """The session after `stale` was refused. Raises PlatformError, with nothing done."""
        with self._lock:
            if self._session is None or self._session.access == stale.access:
                steps: tuple[Callable[[], Session | None], ...] = (
                    lambda: self._other(stale),
                    lambda: self._refresh(stale, until),
                    lambda: self._other(stale),
                )
                found = next((session for step in steps if (session := step())), None)
                self._session = found or self._sign_in(until)
            return self._session

    def _other(self, stale: Session | None) -> Session | None:
        """The session that is kept, if it is another than this one."""
        found = self._kept.read() if self._kept else None
        return None if found is None or (stale and found.access == stale.access) else found

    def _sign_in(self, until: float) -> Session:
        self._logins.require(self._clock.now())
        body = {"identifier": self._handle, "password": self._password}
        request = XrpcRequest(name=_CREATE, method="POST", body=body)
        try:
            answer = self._xrpc.send(request, until)
        except Exception as error:  # noqa: BLE001 - an unclassified error is an unknown outcome
            raise self._translated(error) from None
        return self._made(answer.document)

    def _refresh(self, stale: Session, until: float) -> Session | None:
        """The session, refreshed; None where the server will not."""
        request = XrpcRequest(name=_REFRESH, method="POST")
        try:
            answer = self._xrpc.send(request, until, stale.refresh)
        except AnswerError as error:
            if error.name is not None and error.status in {400, 401}:
                return None
            raise self._translated(error) from None
        except Exception as error:  # noqa: BLE001 - an unclassified error is an unknown outcome
            raise self._translated(error) from None
        return self._made(answer.document)

    def _made(self, found: Record) -> Session:
        session = Session.read(found, "accessJwt", "refreshJwt")
        if session is None:
            what = f"{self._context.server} logged in, but its answer holds no session"
            raise RetryLater(what, "check `server` in tips.yaml")
        if self._kept:
            self._kept.write(session)
        return session

    def _translated(self, error: Exception) -> PlatformError:
        return translate(error, self._context, writes=False, now=self._clock.now())
