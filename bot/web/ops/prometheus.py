"""The bot's metrics in the text format of Prometheus."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.app.status.metrics import Metrics
from bot.app.status.status import AccountStatus
from bot.core.model.delivery import State

CONTENT_TYPE = CONTENT_TYPE_LATEST

QUANTILES = (0.5, 0.99, 1.0)
"""Of the delays of the last week's posts."""

_Samples = Iterable[tuple[tuple[str, ...], float]]
"""Values by their labels."""

_ACCOUNT_METRICS: Sequence[tuple[str, str, Callable[[AccountStatus, datetime], float | None]]] = (
    (
        "tipsbot_last_post_timestamp_seconds",
        "Time of the last posted tip.",
        lambda account, _: (
            account.last_post.receipt.at.timestamp()
            if account.last_post and account.last_post.receipt
            else None
        ),
    ),
    (
        "tipsbot_listening_lag_seconds",
        "Time since replies were last read.",
        lambda account, now: (now - account.heard_at).total_seconds() if account.heard_at else None,
    ),
    (
        "tipsbot_spent_dollars",
        "US dollars spent in this calendar month (UTC).",
        lambda account, _: float(account.spent),
    ),
    (
        "tipsbot_budget_dollars",
        "US dollars that can be spent in a month.",
        lambda account, _: None if account.budget is None else float(account.budget),
    ),
    (
        "tipsbot_listened_dollars",
        "The part of it that was spent on reading.",
        lambda account, _: float(account.listened),
    ),
    (
        "tipsbot_listening_budget_dollars",
        "US dollars that can be spent on reading.",
        lambda account, _: (
            None if account.listening_budget is None else float(account.listening_budget)
        ),
    ),
    (
        "tipsbot_paused",
        "1 while the account is paused.",
        lambda account, _: float(account.pause is not None),
    ),
)


def exposition(metrics: Metrics) -> bytes:
    """All metrics, as Prometheus reads them."""
    registry = CollectorRegistry()
    registry.register(_Metrics(metrics))
    return generate_latest(registry)


class _Metrics(Collector):
    """The bot's figures as families of metrics."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._status = metrics.status

    def collect(self) -> Iterator[Metric]:
        """Every family."""
        yield from self._counts()
        yield from self._delays()
        yield from self._operator_metrics()
        for name, text, value_of in _ACCOUNT_METRICS:
            values = ((one.name, value_of(one, self._status.at)) for one in self._status.accounts)
            samples = (((account,), value) for account, value in values if value is not None)
            yield _gauge(name, text, ["account"], samples)

    def _counts(self) -> Iterator[Metric]:
        metrics = self._metrics
        slots = sorted((outcome.value, count) for outcome, count in metrics.slots.items())
        yield _counter(
            "tipsbot_slots", "Slots by outcome.", ["outcome"], (((one,), n) for one, n in slots)
        )
        yield _gauge(
            "tipsbot_deliveries",
            "Deliveries by their state now.",
            ["account", "state"],
            (
                ((account.name, state.value), metrics.deliveries.get((account.name, state), 0))
                for account in self._status.accounts
                for state in State
            ),
        )
        entries = sorted((name, kind.value, n) for (name, kind), n in metrics.entries.items())
        yield _counter(
            "tipsbot_entries",
            "Replies and mentions received.",
            ["account", "kind"],
            (((name, kind), count) for name, kind, count in entries),
        )

    def _delays(self) -> Iterator[Metric]:
        yield _gauge(
            "tipsbot_lateness_seconds",
            "Delays of the last week's posts.",
            ["account", "quantile"],
            (
                ((account, f"{share:g}"), _quantile(delays, share).total_seconds())
                for account, delays in self._metrics.delays.items()
                for share in QUANTILES
            ),
        )
        yield _gauge(
            "tipsbot_waiting_seconds",
            "Time since the oldest overdue delivery was due (0: none is overdue).",
            ["account"],
            (((one.name,), self._longest_wait(one.name)) for one in self._status.accounts),
        )

    def _operator_metrics(self) -> Iterator[Metric]:
        """Metrics of what waits for the operator."""
        status = self._status
        waited = (status.at - status.held_since).total_seconds() if status.held_since else 0
        yield GaugeMetricFamily(
            "tipsbot_needs_person",
            "1 if something needs the operator; `tipsbot status` shows it.",
            value=status.needs_person,
        )
        yield GaugeMetricFamily(
            "tipsbot_held_comments",
            "Comments that are not shown until the operator approves them.",
            value=len(status.held),
        )
        yield GaugeMetricFamily(
            "tipsbot_held_seconds",
            "Age of the oldest held comment (0: none).",
            value=waited,
        )

    def _longest_wait(self, account: str) -> float:
        """Seconds."""
        now = self._status.at
        waiting = (one.due for one in self._status.waiting if one.account == account)
        return max(((now - due).total_seconds() for due in waiting if due < now), default=0.0)


def _counter(name: str, text: str, labels: Sequence[str], samples: _Samples) -> Metric:
    family = CounterMetricFamily(name, text, labels=labels)
    for values, value in samples:
        family.add_metric(values, value)
    return family


def _gauge(name: str, text: str, labels: Sequence[str], samples: _Samples) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for values, value in samples:
        family.add_metric(values, value)
    return family


def _quantile(delays: Sequence[timedelta], share: float) -> timedelta:
    """The shortest delay that this share of them does not exceed; `delays` are sorted."""
    return delays[max(0, math.ceil(len(delays) * share) - 1)]
