"""Rate limits of a user and endpoint in a quarter of an hour.

https://docs.x.com/x-api/fundamentals/rate-limits
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .problems import plain

WINDOW = timedelta(minutes=15)
ALLOWED = {
    "POST /2/tweets": 100,
    "DELETE /2/tweets/:id": 50,
    "POST /2/media/upload": 500,
    "POST /2/media/metadata": 500,
    "GET /2/tweets": 5000,
    "GET /2/tweets/:id": 900,
    "GET /2/tweets/search/recent": 300,
    "GET /2/users/me": 75,
    "GET /2/users/:id/tweets": 900,
    "GET /2/users/:id/mentions": 300,
}


@dataclass(slots=True)
class Window:
    """One user's requests to one endpoint until the reset."""

    reset: datetime
    used: int = 0


class Limits:
    """Counts requests; `allowed` may be changed by a test, a route name to a number."""

    def __init__(self) -> None:
        self.allowed = dict(ALLOWED)
        self._windows: dict[tuple[str, str], Window] = {}

    def headers(self, route: str, user_id: str, now: datetime) -> dict[str, str]:
        """The current x-rate-limit headers."""
        window = self._window(route, user_id, now)
        return {
            "x-rate-limit-limit": str(self.allowed[route]),
            "x-rate-limit-remaining": str(max(0, self.allowed[route] - window.used)),
            "x-rate-limit-reset": str(int(window.reset.timestamp())),
        }

    def spend(self, route: str, user_id: str, now: datetime) -> None:
        """Count one request, or refuse it with 429."""
        window = self._window(route, user_id, now)
        if window.used >= self.allowed[route]:
            raise plain(429)
        window.used += 1

    def _window(self, route: str, user_id: str, now: datetime) -> Window:
        window = self._windows.get((route, user_id))
        if window is None or window.reset <= now:
            window = self._windows[route, user_id] = Window(now + WINDOW)
        return window
