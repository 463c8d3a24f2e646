"""The bot's figures in the text format of Prometheus."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.app.status.metrics import Metrics
from bot.app.status.status import AccountStatus
from bot.core.model.delivery import Delivery, State

CONTENT_TYPE = CONTENT_TYPE_LATEST

QUANTILES = (0.5, 0.99, 1.0)
"""Which share of the last week's posts was at most so late."""


def exposition(figures: Metrics) -> bytes:
    """All figures, as Prometheus reads them."""
    registry = CollectorRegistry()
    registry.register(_Figures(figures))
    return generate_latest(registry)


class _Figures(Collector):
    """Figures as metrics, each family made by one method."""

    def __init__(self, figures: Metrics) -> None:
        self._figures = figures
        self._status = figures.status

    def collect(self) -> Iterator[Metric]:
        """Every metric."""
        yield self._slots()
        yield self._deliveries()
        yield self._entries()
        yield self._lateness()
        yield self._waiting()
        yield self._needs_person()
        yield from self._held()
        yield from self._of_accounts()

    def _slots(self) -> Metric:
        family = CounterMetricFamily("tipsbot_slots", "Slots by outcome.", labels=["outcome"])
        for outcome, count in sorted(self._figures.slots.items(), key=lambda one: one[0].value):
            family.add_metric([outcome.value], count)
        return family

    def _deliveries(self) -> Metric:
        family = GaugeMetricFamily(
            "tipsbot_deliveries", "Deliveries by their state now.", labels=["account", "state"]
        )
        for account in self._status.accounts:
            for state in State:
                count = self._figures.deliveries.get((account.name, state), 0)
                family.add_metric([account.name, state.value], count)
        return family

    def _entries(self) -> Metric:
        family = CounterMetricFamily(
            "tipsbot_entries", "Replies and mentions heard.", labels=["account", "kind"]
        )
        for (account, kind), count in sorted(
            self._figures.entries.items(), key=lambda one: (one[0][0], one[0][1].value)
        ):
            family.add_metric([account, kind.value], count)
        return family

    def _lateness(self) -> Metric:
        family = GaugeMetricFamily(
            "tipsbot_lateness_seconds",
            "How long after they were due the posts of the last week were posted.",
            labels=["account", "quantile"],
        )
        for account, delays in self._figures.delays.items():
            for share in QUANTILES:
                value = _quantile(delays, share).total_seconds()
                family.add_metric([account, f"{share:g}"], value)
        return family

    def _waiting(self) -> Metric:
        family = GaugeMetricFamily(
            "tipsbot_waiting_seconds",
            "How long the delivery that is due longest waits (0: none does).",
            labels=["account"],
        )
        for account in self._status.accounts:
            mine = [one for one in self._status.waiting if one.account == account.name]
            family.add_metric([account.name], _longest(mine, self._status.at).total_seconds())
        return family

    def _needs_person(self) -> Metric:
        return GaugeMetricFamily(
            "tipsbot_needs_person",
            "1 when something will not mend itself; `tipsbot status` says what.",
            value=self._status.needs_person,
        )

    def _held(self) -> Iterator[Metric]:
        since, now = self._status.held_since, self._status.at
        yield GaugeMetricFamily(
            "tipsbot_held_comments",
            "Comments that nobody sees until the operator has read them.",
            value=len(self._status.held),
        )
        yield GaugeMetricFamily(
            "tipsbot_held_seconds",
            "How long the one of them waits that was written first (0: none does).",
            value=(now - since).total_seconds() if since else 0,
        )

    def _of_accounts(self) -> Iterator[Metric]:
        for name, text, read in _ACCOUNT_FIGURES:
            family = GaugeMetricFamily(name, text, labels=["account"])
            for account in self._status.accounts:
                value = read(account, self._status.at)
                if value is not None:
                    family.add_metric([account.name], value)
            yield family


def _posted_at(account: AccountStatus, _now: datetime) -> float | None:
    last = account.last_post.receipt if account.last_post else None
    return last.at.timestamp() if last else None


def _lag(account: AccountStatus, now: datetime) -> float | None:
    return (now - account.heard_at).total_seconds() if account.heard_at else None


def _spent(account: AccountStatus, _now: datetime) -> float:
    return float(account.spent)


def _budget(account: AccountStatus, _now: datetime) -> float | None:
    return None if account.budget is None else float(account.budget)


def _listened(account: AccountStatus, _now: datetime) -> float:
    return float(account.listened)


def _listening_budget(account: AccountStatus, _now: datetime) -> float | None:
    return None if account.listening_budget is None else float(account.listening_budget)


def _paused(account: AccountStatus, _now: datetime) -> float:
    return float(account.pause is not None)


_ACCOUNT_FIGURES: Sequence[tuple[str, str, Callable[[AccountStatus, datetime], float | None]]] = (
    ("tipsbot_last_post_timestamp_seconds", "When a tip was last posted.", _posted_at),
    ("tipsbot_listening_lag_seconds", "How long ago replies were last read.", _lag),
    ("tipsbot_spent_dollars", "US dollars spent in this calendar month (UTC).", _spent),
    ("tipsbot_budget_dollars", "US dollars that may be spent in a month.", _budget),
    ("tipsbot_listened_dollars", "What of it was spent on reading.", _listened),
    ("tipsbot_listening_budget_dollars", "US dollars that reading may cost.", _listening_budget),
    ("tipsbot_paused", "1 while the account is held.", _paused),
)


def _quantile(delays: Sequence[timedelta], share: float) -> timedelta:
    """The shortest delay that so large a share does not exceed; `delays` are sorted."""
    return delays[max(0, math.ceil(len(delays) * share) - 1)]


def _longest(waiting: Sequence[Delivery], now: datetime) -> timedelta:
    return max((now - one.due for one in waiting if one.due < now), default=timedelta(0))
