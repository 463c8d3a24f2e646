"""A quota of posts a day: what a fleet's operator allows a bot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.core.fleet.bot import Quotas
from bot.core.model.schedule import Every, Outcome
from bot.core.ports.unit_of_work import Store, UnitOfWork
from tests.app.harness import Harness
from tests.clock import MONDAY
from tests.core.samples import HOUR, MINUTE, config, schedule, tip


@dataclass
class LimitedWork:
    """A unit of work of a bot that has quotas, which only a bot of a fleet has otherwise."""

    work: Any
    limits: Quotas

    def quotas(self) -> Quotas:
        """The bot's quotas."""
        return self.limits

    def __getattr__(self, name: str) -> Any:
        return getattr(self.work, name)


@dataclass
class LimitedStore:
    """The store of such a bot."""

    store: Store
    limits: Quotas

    @contextmanager
    def writing(self) -> Iterator[LimitedWork]:
        """A transaction."""
        with self.store.writing() as tx:
            yield LimitedWork(tx, self.limits)

    def reading(self) -> AbstractContextManager[UnitOfWork]:
        """A look, for which no limit counts."""
        return self.store.reading()


@pytest.mark.parametrize(
    ("most", "expected"), [(None, "ppppp"), (4, "ppppp"), (2, "ppssp"), (0, "sssss")]
)
def test_what_is_over_the_quota_is_skipped(most, expected):
    """Slots beyond the posts of a day (UTC) are skipped and say why; the next day begins anew."""
    every = schedule(when=Every(period=6 * HOUR, anchor=MONDAY.replace(hour=0)))
    harness = Harness(config=config(tip("a"), tip("b"), schedules=(every,)))
    store: Any = LimitedStore(harness.store, Quotas(posts_per_day=most))
    planner = replace(harness.planner, store=store)
    midnight = harness.clock.now().replace(hour=0)
    planner.step(harness.config, midnight - MINUTE)
    for number in range(5):
        planner.step(harness.config, midnight + number * 6 * HOUR)
    slots = harness.slots()
    letters = {Outcome.PLANNED: "p", Outcome.SKIPPED: "s"}
    assert "".join(letters[one.outcome] for one in slots) == expected
    whys = {one.why for one in slots if one.outcome is Outcome.SKIPPED}
    assert whys == ({f"the bot's quota is {most} posts a day"} if "s" in expected else set())
