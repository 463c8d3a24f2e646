"""What a profile may do in 24 hours, and what the server says about that.

https://developers.facebook.com/docs/threads/overview#rate-limiting
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from .refusal import Refusal

DAY = timedelta(hours=24)
TOTALS = {"": 250, "reply_": 1000, "delete_": 100}
"""https://developers.facebook.com/docs/threads/troubleshooting#retrieve-publishing-quota-limit."""


class Quotas:
    """The moments at which something was used of each quota."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.used: dict[str, list[datetime]] = {kind: [] for kind in TOTALS}
        self._now = now

    def use(self, kind: str) -> None:
        """Count one, or refuse; with which code is not documented."""
        if self.usage(kind) >= TOTALS[kind]:
            raise Refusal(4, "Application request limit reached", status=403)
        self.used[kind].append(self._now())

    def usage(self, kind: str) -> int:
        """How many were used in a day."""
        return sum(one > self._now() - DAY for one in self.used[kind])

    def told(self, fields: list[str]) -> dict[str, object]:
        """The documented fields."""
        found: dict[str, object] = {}
        for kind, total in TOTALS.items():
            found[f"{kind}quota_usage"] = self.usage(kind)
            config = {"quota_total": total, "quota_duration": int(DAY.total_seconds())}
            found[f"{kind}config"] = config
        return {name: found[name] for name in fields}
