"""Rate limits that all processes share which serve a bot's site.

A row holds the moment at which a key has its whole burst again, which says how much of it is left.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from bot.store.postgres.engine import PostgresBackend
from bot.store.postgres.tables import comment_limits
from bot.store.rows import Moment

_MOST_DELETED = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class PostgresRateLimiter:
    """Grants `burst` at once and then one each `per` / `burst`, by key."""

    backend: PostgresBackend
    bot: str
    name: str
    burst: int
    per: timedelta

    def take(self, key: str, now: datetime) -> timedelta | None:
        """Take one token; None if it was granted, else the time until there is one."""
        row = {"bot": self.bot, "bucket": f"{self.name}:{key}"}
        refill, whole_at = self.per / self.burst, now + self.per
        taken = insert(comment_limits).values(**row, full_at=now + refill)
        # a clock that was set back neither fills a bucket nor makes anybody wait longer
        known = func.least(
            func.greatest(comment_limits.c.full_at, literal(now, Moment)), literal(whole_at, Moment)
        )
        granted = taken.on_conflict_do_update(
            index_elements=["bot", "bucket"],
            set_={"full_at": known + refill},
            where=known + refill <= literal(whole_at, Moment),
        ).returning(comment_limits.c.full_at)
        with self.backend.transaction() as connection:
            if connection.execute(granted).first() is not None:
                return None
            query = select(comment_limits.c.full_at).filter_by(**row)
            full_at = connection.scalar(query) or whole_at
        return min(full_at, whole_at) + refill - whole_at


@dataclass(frozen=True, slots=True)
class PostgresRateLimits:
    """The limits of one bot's site."""

    backend: PostgresBackend
    bot: str

    def limiter(self, name: str, burst: int, per: timedelta) -> PostgresRateLimiter:
        """The limit of this name."""
        return PostgresRateLimiter(
            backend=self.backend, bot=self.bot, name=name, burst=burst, per=per
        )


def shared_limits(engine: Engine, bot: str) -> PostgresRateLimits:
    """The limits of a bot's site that are kept in its database."""
    return PostgresRateLimits(PostgresBackend(engine), bot)


def delete_unused_limits(engine: Engine, now: datetime) -> int:
    """Delete the rows of every bot that limit nothing any more; returns how many."""
    key = tuple_(comment_limits.c.bot, comment_limits.c.bucket)
    unused = select(comment_limits.c.bot, comment_limits.c.bucket).where(
        comment_limits.c.full_at <= now
    )
    unused = unused.limit(_MOST_DELETED).with_for_update(skip_locked=True)
    with PostgresBackend(engine).transaction() as connection:
        return connection.execute(delete(comment_limits).where(key.in_(unused))).rowcount
