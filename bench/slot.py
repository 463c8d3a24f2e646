"""One slot, from the moment at which it is due to the post on the site."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from time import perf_counter

import structlog

from bench.figure import Figure, Scale, spread
from bench.parts import Parts, parts
from bot.app.posting.deliver import Deliverer
from bot.app.posting.draft import Drafter, posted_texts
from bot.app.posting.plan import Planner
from bot.scheduler.timetable import ZonedTimetable

HOW = """A bot with 1,000 tips and a database on disk works one daily slot after the other through
the real use cases: a tip is picked and composed, the slot and its delivery are stored, the delivery
is claimed, published and settled. The clock is a test's. Every write survives a power cut, so this
measures mostly the disk."""


def measure(scale: Scale) -> Iterator[Figure]:
    """Milliseconds a slot."""
    with parts(scale.of(1000, 20)) as bot:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        elapsed = list(_slots(bot, scale.of(300, 10)))
    for what, value in zip(("median", "99th percentile", "most"), spread(elapsed), strict=True):
        yield Figure(name=f"a slot planned and posted: {what}", value=1000 * value, unit="ms")


def _slots(bot: Parts, count: int) -> Iterator[float]:
    """The seconds of each slot."""
    store = bot.database.store
    drafter = Drafter(capabilities_of=bot.rules.of, posted=posted_texts(store))
    planner = Planner(store=store, timetable=ZonedTimetable(), drafter=drafter)
    deliverer = Deliverer(
        store=store,
        clock=bot.clock,
        owner="bench",
        capabilities_of=bot.rules.of,
        publisher=lambda _: bot.platform,
    )
    planner.step(bot.config, bot.clock.now())
    for _ in range(count):
        now = bot.clock.advance(timedelta(days=1))
        start = perf_counter()
        planned = planner.step(bot.config, now)
        posted = deliverer.step(bot.config, bot.site)
        yield perf_counter() - start
        if not planned == posted == 1:
            raise SystemExit(f"{planned} slots were planned and {posted} posts made instead of one")
