"""The account's token: the operator's, or what it was refreshed to.

A long-lived token lasts for 60 days, and can be refreshed once it is a day old and as long as it
has not ended; the refreshed one lasts for 60 days again, and the one before keeps working until it
ends (https://developers.facebook.com/docs/threads/get-started/long-lived-tokens). So it is
refreshed from its thirtieth day on, at most once a day, and at once where nobody said how old it
is. The operator's own token stays the fallback; another one from the operator takes the place of
what was kept.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from threading import Lock

import structlog

from bot.core.errors import PlatformError
from bot.core.ports.network_state import Counted
from bot.core.ports.platform import Clock
from bot.core.text.redact import Redactor
from bot.outbound import json_values
from bot.platforms.threads.http.errors import ErrorContext, Purpose, translate
from bot.platforms.threads.http.graph import Graph, GraphRequest
from bot.platforms.threads.http.kept_token import KeptToken, Token, is_token

log = structlog.get_logger()

LASTS = timedelta(days=60)
EARLY = timedelta(days=30)
"""How long before its end a token is refreshed."""
BETWEEN = timedelta(days=1)
"""How often it is tried at most."""

_REFRESH = "refresh_access_token"
_PATIENCE = 20.0
"""Seconds that refreshing may take."""


class Tokens:
    """The tokens of one account. Workers share the refreshed one through the file that holds it."""

    def __init__(
        self,
        graph: Graph,
        secret: str,
        context: ErrorContext,
        clock: Clock,
        kept: KeptToken | None = None,
    ) -> None:
        self._graph = graph
        self._own = Token(secret=secret)
        self._context = context
        self._clock = clock
        self._kept = kept
        self._lock = Lock()
        self._refreshed: Token | None = None
        self._is_read = False

    @property
    def account(self) -> str:
        """The account's name, for the log."""
        return self._kept.account if self._kept else ""

    def candidates(self) -> Iterator[str]:
        """The tokens to try, one after the other as the server refuses them, each once.

        A request with a refused token was not carried out.
        """
        tried = set()
        for find in (self.current, self._read, lambda: self._own):
            token = find()
            if token is not None and token.secret not in tried:
                tried.add(token.secret)
                yield token.secret

    def current(self) -> Token:
        """The token that is used first."""
        if not self._is_read:
            self._read()
        return self._refreshed or self._own

    def refresh_if_due(self) -> None:
        """Refresh the token where it is time to, and no other worker has tried today.

        A failure is logged and no more: the token works as before, and the next day tries again.
        """
        with self._lock:
            self._read()
            now, ends_at = self._clock.now(), self.current().ends_at
            is_due = ends_at is None or now >= ends_at - EARLY
            if not is_due or self._graph.limits.wait(_REFRESH, now) is not None:
                return
            self._graph.limits.hold(Counted.TOKEN, _REFRESH, now, BETWEEN)
            try:
                self._refreshed = self._refresh(self.current().secret)
            except PlatformError as error:
                log.warning("token_not_refreshed", account=self.account, reason=str(error))

    def _refresh(self, secret: str) -> Token:
        params = {"grant_type": "th_refresh_token", "access_token": secret}
        request = GraphRequest(path=f"/{_REFRESH}", params=params)
        try:
            found = self._graph.send_anyway(request, time.monotonic() + _PATIENCE, secret).document
        except Exception as error:  # noqa: BLE001 - nothing that fails here is lost
            raise translate(error, self._context, Purpose.CHANGE, self._clock.now()) from None
        fresh = json_values.word(found.get("access_token"))
        if not is_token(fresh):
            raise PlatformError(f"{self._context.server} answers without a token")
        lasts = json_values.number(found.get("expires_in"))
        span = min(timedelta(seconds=lasts), LASTS) if lasts and lasts < 10**9 else LASTS
        token = Token(secret=fresh, ends_at=self._clock.now() + span)
        self._know(token)
        if self._kept:
            self._kept.write(token)
        return token

    def _read(self) -> Token | None:
        """What is kept, perhaps by another worker."""
        self._is_read = True
        found = self._kept.read() if self._kept else None
        if found is not None:
            self._know(found)
            self._refreshed = found
        return found

    def _know(self, token: Token) -> None:
        """Let no error tell it."""
        self._context.redactor = Redactor([self._own.secret, token.secret])
